"""How the one-page summary looks: black on white, no mark in a grey under 3:1, and small enough for one sheet."""

from analytics.pictures.colours import black_sheet

_OWN = """
.sheet { color: #000;
  font-size: 8pt; line-height: 1.3; break-after: page; overflow-wrap: normal; }
.sheet:last-child { break-after: auto; }
.sheet.one { display: flex; flex-direction: column; height: 266mm; }
.sheet h1 { font-size: 14pt; margin: 0; } .sheet h2 { font-size: 11.5pt; }
.sheet h3 { font-size: 8.5pt; margin: 1.5mm 0 0.5mm; }
.sheet p { margin: 0 0 0.8mm; } .sheet figure { margin: 0; }
.sheet .remark { font-size: 7pt; }
.sheet figcaption { font-size: 7pt; line-height: 1.25; color: #000; }
.sheet-head { display: flex; justify-content: space-between; align-items: baseline; }
.fields { display: grid; grid-template-columns: 6fr 3fr 4fr 5fr; column-gap: 4mm; margin: 1.5mm 0 2mm; }
.sheet .fields p { border-bottom: 0.3mm solid #000; height: 9mm; margin: 0; overflow: hidden; }
.fields span { display: block; font-size: 6.5pt; line-height: 1.2; }
.fields bdi { font-weight: 600; font-size: 7.8pt; line-height: 1.1; }
.sheet .answer { margin: 0; padding: 1.6mm 2.5mm 1mm; }
.halves { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); column-gap: 5mm; align-items: start; }
.sheet table { font-size: 7pt; line-height: 1.18; }
.sheet th, .sheet td { padding: 0.16mm 1.2mm 0.16mm 0; border: 0; }
.sheet thead th { border-bottom: 0.2mm solid #000; font-weight: 600; color: #000; vertical-align: bottom; }
table.lines td, table.calendar td { font-variant-numeric: tabular-nums; white-space: nowrap; }
table.lines :is(td, th):nth-child(n + 2):nth-child(-n + 6) { text-align: right; }
table.lines td.not-told { text-align: left; font-style: italic; white-space: normal; }
table.calendar tbody tr { border-bottom: 0.1mm solid var(--rule); }
table.lines tbody th { white-space: nowrap; }
.sheet table.signs th:nth-child(1) { width: 31%; } .sheet table.signs th:nth-child(2) { width: 10%; }
.sheet :is(ol.sheet-method, ul.sheet-advice) { margin: 0; padding-left: 4mm; font-size: 7.2pt; line-height: 1.22; }
.unknown-line { stroke: #000; stroke-width: 1.4; }
.halo { paint-order: stroke; stroke: #fff; stroke-width: 3px; }
.room { break-inside: avoid; } .one .room { flex: 1 1 0; min-height: 12mm; overflow: hidden; }
.sheet .write { height: 7mm; margin: 0; border-bottom: 0.2mm solid var(--rule); }
.sheet .signed { margin: 3mm 0 0; text-align: right; }
.sign { display: inline-block; width: 60mm; border-bottom: 0.2mm solid #000; }
.solid, .dot { fill: #000; } .whisker { stroke: #000; stroke-width: 1.1; }
.whisker.thin { stroke-width: 0.5; }
.open-dot { fill: #fff; stroke: #000; stroke-width: 0.9; }
"""

SUMMARY = black_sheet("body.black, .sheet") + _OWN
