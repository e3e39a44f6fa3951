// How labels, states, times and numbers are shown. The words themselves come with the page, from analytics/words.py.

/** Words by name, as `for_page` of analytics/words.py gives them. */
export const WORDS = JSON.parse(document.getElementById("words").textContent);

/** Colour class, what the legend calls it, and the labels in it. What a movement is was decided when it was scored. */
export const GROUPS = WORDS.groups;
const GROUP_OF = new Map(GROUPS.flatMap((group) => group.labels.map((label) => [label, group.name])));
export const groupOf = (label) => GROUP_OF.get(label) ?? "other";

export const label = (name) => WORDS.labels[name] ?? name.replaceAll("_", " ");
export const flag = (name) => WORDS.flags[name] ?? name.replaceAll("_", " ");
/** The verdict on a night or movement as it stands; taken back is as good as none. */
export const verdict = (name) => (name && name !== "undo" ? WORDS.verdicts[name] ?? name : null);
export const capital = (text) => text[0].toUpperCase() + text.slice(1);
export const blank = (kind) => WORDS.blanks[kind] ?? kind;

export const number = (value, digits = 1) => (value === null || value === undefined ? "–" : value.toFixed(digits));
export const percent = (value) => (value === null || value === undefined ? "–" : `${Math.round(100 * value)} %`);
export const duration = (seconds) =>
  seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;

const two = (value) => String(value).padStart(2, "0");

/** The wearer's wall clock: offsets are [[from_ms, seconds], ...] as the server tells them. */
export const clockOf = (offsets) => {
  const aheadMs = (ms) => 1000 * (offsets.findLast(([from]) => from <= ms) ?? offsets[0])[1];
  const parts = (ms) => new Date(ms + aheadMs(ms));
  return {
    aheadMs,
    hm: (ms) => `${two(parts(ms).getUTCHours())}:${two(parts(ms).getUTCMinutes())}`,
    hms: (ms) => `${two(parts(ms).getUTCHours())}:${two(parts(ms).getUTCMinutes())}:${two(parts(ms).getUTCSeconds())}`,
    hour: (ms) => Math.floor((ms + aheadMs(ms)) / 3_600_000),
    /** The moment at a wall-clock time hh:mm[:ss] nearest after `from`; null for anything else. */
    moment: (text, from) => {
      const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text);
      if (!match || match[1] > 23 || match[2] > 59 || (match[3] ?? 0) > 59) return null;
      const midnight = Math.floor((from + aheadMs(from)) / 86_400_000) * 86_400_000;
      const wall = midnight + 1000 * (3600 * match[1] + 60 * match[2] + Number(match[3] ?? 0));
      const day = wall < Math.floor((from + aheadMs(from)) / 1000) * 1000 ? 86_400_000 : 0;
      const guess = wall + day - aheadMs(from);
      return wall + day - aheadMs(guess);
    },
  };
};

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const LONG_DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
export const day = (iso) => DAY.format(new Date(`${iso}T00:00Z`));
export const longDay = (iso) => LONG_DAY.format(new Date(`${iso}T00:00Z`));
export const instant = (ms) => new Date(ms).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

/** Where the page of a night is. */
export const address = (night) => `/night/${night.night_date}?${new URLSearchParams({ subject: night.subject })}`;
