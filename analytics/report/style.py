"""How the report looks: on A4, in black and white as well as in colour."""

from analytics.pictures.colours import paper_sheet
from analytics.report.summary_style import SUMMARY

_OWN = """
@page { size: A4; margin: 14mm 15mm 16mm;
  @bottom-right { content: "page " counter(page) " of " counter(pages); font: 7.5pt sans-serif; color: #555; } }
:root { --ground: #f3f2ee; }
* { box-sizing: border-box; }
html { font: 9.5pt/1.4 system-ui, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif; color: var(--ink);
  background: #fff; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { max-width: 180mm; margin: 0 auto; padding: 8mm 0; overflow-wrap: anywhere; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 12.5pt; line-height: 1.25; margin: 0 0 1mm; }
h3 { font-size: 9.5pt; margin: 4mm 0 1mm; }
h2, h3, figcaption { break-after: avoid; }
p { margin: 0 0 2mm; }
.muted { color: var(--muted); }
.notice { border: 0.4mm solid var(--ink); padding: 2mm 3mm; margin: 3mm 0; break-inside: avoid; }
.verdict { border-left: 1.2mm solid var(--ink); padding-left: 3mm; margin: 2mm 0 3mm; break-inside: avoid; }
.verdict p { margin: 0 0 0.6mm; }
.answer { border: 0.4mm solid var(--ink); padding: 2mm 3mm; margin: 3mm 0 4mm; break-inside: avoid; }
.answer-columns { display: grid; grid-template-columns: repeat(3, 1fr); column-gap: 5mm; font-size: 8.5pt; }
.answer ul { margin: 0; padding-left: 4mm; }
p.untold, h3.untold { border: 0.25mm dashed var(--ink); padding: 0.6mm 2mm; margin-left: -0.2mm;
  background: repeating-linear-gradient(45deg, var(--rule) 0 0.25mm, #fff 0.25mm 3mm); }
section.night, section.method, section.appendix { break-before: page; }
figure { margin: 3mm 0 0; break-inside: avoid; }
figcaption, .remark { font-size: 8pt; color: var(--muted); margin-top: 0.5mm; }
svg { display: block; width: 100%; height: auto; break-inside: avoid; }
.legend { display: flex; flex-wrap: wrap; gap: 0 4mm; }
.entry { white-space: nowrap; } .swatch { width: 3.2mm; height: 2.2mm; margin-right: 1.2mm; }
svg.defs { position: absolute; width: 0; height: 0; }
.pair { display: grid; grid-template-columns: 372fr 330fr; column-gap: 4.5mm; break-inside: avoid; align-items: start; }
.columns { display: grid; grid-template-columns: 1fr 1fr; column-gap: 6mm; align-items: start; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; line-height: 1.3; }
caption { text-align: left; }
th, td { text-align: left; vertical-align: top; padding: 0.7mm 2mm 0.7mm 0; border-bottom: 0.2mm solid var(--rule); }
thead th { color: var(--muted); font-weight: 400; border-bottom: 0.3mm solid var(--ink); }
tbody th { font-weight: 400; }
tr { break-inside: avoid; }
table.numbers td { font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
table.criteria { margin-bottom: 3mm; table-layout: fixed; break-inside: avoid; }
table.criteria th:nth-child(1) { width: 37%; }
table.criteria th:nth-child(2) { width: 12%; }
table.criteria th:nth-child(3) { width: 19%; }
table.signs th:nth-child(1) { width: 32%; }
table.signs th:nth-child(2) { width: 14%; }
table.facts th { width: 40%; }
section.night.brief { break-before: auto; break-inside: avoid; margin-top: 5mm; border-top: 0.3mm solid var(--rule); }
.brief .facts { font-size: 7.5pt; line-height: 1.25; margin: 0.5mm 0 0; }
section.night table, table.appendix { font-size: 7.5pt; line-height: 1.18; }
section.night :is(th, td), table.appendix :is(th, td) { padding-top: 0.2mm; padding-bottom: 0.2mm; }
section.night h3 { margin-top: 2.5mm; }
table.appendix td { font-variant-numeric: tabular-nums; }
ul.key { margin: 0 0 1mm; padding: 0; list-style: none; columns: 2; column-gap: 6mm; font-size: 7.8pt;
  line-height: 1.25; }
table.sensors { table-layout: fixed; }
table.sensors th:nth-child(5) { width: 46%; }
.state { white-space: nowrap; }
.words { white-space: pre-wrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
text { font-size: 9.5px; fill: var(--ink); font-family: inherit; }
text.tick { fill: var(--muted); }
text.small { font-size: 7.5px; }
text.strong { fill: var(--ink); font-weight: 600; }
line, path { fill: none; stroke-width: 1; }
.grid { stroke: var(--grid); stroke-width: 0.6; }
.axis { stroke: var(--ink); stroke-width: 0.8; }
.limit { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 4 3; }
.ground { fill: var(--ground); }
.asleep { fill: var(--asleep); }
.usual { fill: var(--wash); }
.paper { fill: #fff; }
.mark { stroke-width: 0.9; }
.mark.thin { stroke-width: 0.6; }
.mark.periodic { stroke: var(--periodic); }
.mark.periodic-awake { stroke: var(--other); stroke-dasharray: 2 1; }
.mark.jerk { stroke: var(--jerk); stroke-width: 1.4; }
.mark.single { stroke: var(--single); }
.mark.other { stroke: var(--other); }
.bars.whole { stroke-width: 10; } .bars.half { stroke-width: 5; }
.bars.row { stroke-width: 10; } .bars.half-row { stroke-width: 4.5; }
.bars.periodic { stroke: var(--periodic); } .bars.periodic-awake { stroke: var(--other); }
.bars.jerk { stroke: var(--jerk); }
.bars.single { stroke: var(--single); }
.bars.other { stroke: var(--other); }
.dismissed { stroke: var(--ink); stroke-width: 0.8; }
.excluded { stroke: var(--ink); stroke-width: 0.8; }
.envelope { fill: var(--envelope); }
.onset, .onset-line { stroke: var(--jerk); stroke-width: 1.2; }
.onset-line { stroke-dasharray: 3 2; }
.periodic-fill { fill: var(--periodic); }
.framed, .open { stroke: var(--single); stroke-width: 0.6; }
.open { fill: #fff; }
.hatch { stroke: var(--hatch); stroke-width: 1; }
.out-line { stroke: var(--ink); stroke-width: 0.5; }
@media print { body { padding: 0; max-width: none; } .unseen { display: none; } }
"""

#: The later rules are the report's own.
SHEET = paper_sheet() + _OWN + SUMMARY
