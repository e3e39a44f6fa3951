// What the server sends, as far as the page reads it, and what the page's parts hand to each other. For the type check
// only: nothing loads this file. tests/analytics/review/test_page_types.py compares the answers with it.

/** Milliseconds since 1970 in UTC. */
export type Ms = number;
/** From and to. */
export type Span = [Ms, Ms];
/** From, to and what it was. */
export type NamedSpan = [Ms, Ms, string];

/** Names a night. */
export interface NightKey {
  subject: string;
  night_date: string;
}

/** A row of home; also what the strip of nights shows. */
export interface NightRow extends NightKey {
  recorded_from: Ms;
  recorded_to: Ms;
  sleep_onset_at: Ms | null;
  wake_at: Ms | null;
  plms_index: number | null;
  /** Above which the index stands out: that of the person's age group in this night. */
  threshold: number | null;
  assessable: boolean;
  not_assessable_reason: string | null;
  flags: string[];
  /** Of the flags those that were not dismissed, and those that were not judged. */
  flags_as_reviewed: string[];
  flags_to_review: string[];
  flags_untold: string[];
  /** Those of them that lack no more than an answer of the person. */
  flags_unasked: string[];
  /** Why, by the flag's name. */
  why_untold: Named;
  is_reviewed: boolean;
  /** What is said of a night without a raised flag, and whether none of its flags could be told. */
  unraised: string;
  is_untold: boolean;
  /** Why it is not assessable, the first clause; empty where it is. */
  why_not_in_short: string;
  /** What is unusual of it, the weightiest first; and the first of it in a line that says how much more there is. */
  unusual: string[];
  unusual_line: string;
  review: string | null;
  ahead_s: number;
  /** What the journal marks as changed, where this is the first night with it. */
  changes: MarkedChange[];
}

export interface MarkedChange {
  day: string;
  words: string;
}

export interface Sign {
  name: string;
  state: string;
  says: string;
}

export interface FlagCount {
  n_flagged: number;
  /** On how many nights of how many, in words. */
  finding: string;
  /** What holds over nights, in words; of an index also its mean, or empty. */
  says: string;
  index_says: string;
}

export interface Spread {
  median: number;
  low: number;
  high: number;
}

export interface Trend {
  is_clear: boolean;
  n_nights: number;
  per_week: number;
}

/** Findings over all nights of one person. */
export interface Person {
  subject: string;
  n_assessable: number;
  /** Where the nights are few, that they are; where no flag was raised, that none was. */
  note: string | null;
  no_flag: string;
  flags: Record<string, FlagCount>;
  /** On how many assessable nights a flag was dismissed by a reviewer; those without one are left out. */
  dismissed: Record<string, number>;
  plms_index: Spread | null;
  trend: Trend | null;
  signs: Sign[];
}

/** "Is it harmless?", answered for one person. */
export interface PersonAnswer {
  subject: string;
  answer: string;
  says: string;
  /** What it stands on, in a line. */
  about: string;
  /** Of the three columns, with what stands in each. */
  titles: string[];
  reasons: string[];
  would_change: string[];
  cannot_see: string[];
  caveat: string;
  missing: { nights: number; answers: { question: string; says: string; more_days: number }[] };
}

/** The nights of one person, and whether there are other people. */
export interface StripAnswer {
  nights: NightRow[];
  several: boolean;
}

/** Whether there are nights of several people; of one, the name. */
export interface PeopleAnswer {
  how_many: "none" | "one" | "several";
  only: string | null;
}

/** A flag of a night in the queue; `review` is the verdict that stands. */
export interface QueueFlag {
  name: string;
  state: FlagState;
  state_as_reviewed: FlagState;
  review: string | null;
  reason: string;
  /** Whether only the person's answer is missing. */
  unasked: boolean;
}

export interface QueueNight extends NightKey {
  site: string;
  legs: string;
  assessable: boolean;
  not_assessable_reason: string | null;
  plms_index: number | null;
  plms_index_low: number | null;
  plms_index_high: number | null;
  n_hypnic_jerks: number;
  recorded_from: Ms;
  recorded_to: Ms;
  sleep_onset_at: Ms | null;
  wake_at: Ms | null;
  ahead_s: number;
  flags: QueueFlag[];
}

export interface QueueNights {
  nights: QueueNight[];
  ticks: Ticks[];
  offset: number;
  size: number;
}

/** How many nights each value of each filter would leave; beside them progress, nights and people. */
export type QueueCounts = Record<string, Record<string, number>>;

export interface QueueNext {
  night: NightKey | null;
  wraps: boolean;
  n_others: number;
  /** How far reviewing is, where no other night is left. */
  done: number | null;
  of: number | null;
}

export interface QueuePerson {
  subject: string;
  n_nights: number;
  n_all: number;
  n_judged: number;
  n_flagged: number;
  n_open: number;
  last_night: string;
  reviewers: string[];
  /** Evening and index of the newest nights, oldest first. */
  nights: [string, number | null][];
  /** By date; `night` is the first one with it, and one of those nights. */
  changes: (MarkedChange & { night: string })[];
  threshold: number | null;
  answer: string;
  headline: string;
  found: { flag: string; finding: string }[];
}

export interface QueuePeople {
  people: QueuePerson[];
  offset: number;
  size: number;
}

export interface NightsAnswer {
  nights: NightRow[];
  people: Person[];
  answers: PersonAnswer[];
  outdated: string | null;
  ruleset: string | null;
}

/** One night over nights: null cannot be told, not sure is in doubt. */
export interface OverNight {
  day: string;
  jerks: number | null;
  jerks_low: number | null;
  jerks_high: number | null;
  jerks_sure: boolean;
  index: number | null;
  index_low: number | null;
  index_high: number | null;
  index_sure: boolean;
}

/** Means of a week, and its lowest and highest night. */
export interface OverWeek {
  monday: string;
  jerks: number | null;
  jerks_low: number | null;
  jerks_high: number | null;
  index: number | null;
  index_low: number | null;
  index_high: number | null;
}

/** A row of the journal: on which days it was noted, and whether it was so. */
export interface OverRow {
  kind: string;
  says: string;
  days: Record<string, boolean>;
}

/** What is drawn over the nights of one person. */
export interface OverNights {
  subject: string;
  first: string;
  last: string;
  nights: OverNight[];
  n_not_assessable: number;
  not_assessable: string[];
  threshold: number | null;
  /** Of so many nights that a night would be narrower than a line; else none. */
  weeks: OverWeek[];
  rows: OverRow[];
  n_rows_left_out: number;
  changes: { day: string; words: string }[];
  /** Suggestions by their title. */
  advice: Record<string, string[]>;
}

/** Single nights of a range with too few for statistics. */
export interface RangeDots {
  range: string;
  says: string;
  values: number[];
}

/** What one or two ranges of nights hold, in words. */
export interface RangesAnswer {
  head: string[];
  rows: string[][];
  says: string[];
  dots: RangeDots[];
}

/** Onsets of one label and state of sleep in one night, seconds after its first sample. */
export interface Ticks extends NightKey {
  label: string;
  sleep_state: string;
  at_s: number[];
}

export interface Night extends NightKey {
  tz: string;
  /** Which were recorded: left, right, both, unknown, none. */
  legs: string;
  recorded_from: Ms;
  recorded_to: Ms;
  recorded_h: number;
  sleep_onset_at: Ms | null;
  /** From when to when the onset lies with 95 % confidence; also in words, to stand behind its time. */
  onset_span: Span | null;
  onset_doubt: string;
  other_rules: string | null;
  /** Why so long a sleep is doubted; empty where it is not. */
  long_sleep: string;
  wake_at: Ms | null;
  /** Shorter rests outside the sleep period. */
  naps: [Ms, Ms][];
  sleep_source: string;
  tier: string;
  blind_below_mg: number | null;
  /** Names and values of hours asleep, in doubt, hidden and unworn, and of series of others. */
  doubts: [string, string][];
  /** What is unusual of it, the weightiest first; and a line with the first of it. */
  unusual: string[];
  unusual_line: string;
  assessable: boolean;
  not_assessable_reason: string | null;
}

export interface Criterion {
  name: string;
  state: "met" | "not met" | "not measurable";
  value: number | string | null;
  says: string;
}

export type FlagState = "raised" | "not_raised" | "cannot_tell";

export interface Flag {
  name: string;
  raised: boolean;
  state: FlagState;
  /** Whether no more than an answer of the person is missing. */
  lacks_answer: boolean;
  criteria: Criterion[];
  reason: string;
  /** Beside a negative: hours of sleep, doubt, one leg; null beside all others. */
  stands_on: string | null;
}

/** Movements column by column: the i-th entry of each is one movement. */
export interface Events {
  movement_no: number[];
  onset: Ms[];
  offset: Ms[];
  onset_us: number[];
  leg: string[];
  label: string[];
  sleep_state: string[];
  /** Probability of sleep at the onset, 0-1; null where it was not estimated. */
  p_sleep: (number | null)[];
  imi_s: (number | null)[];
  is_plm: boolean[];
  peak_mg: (number | null)[];
  threshold_mg: (number | null)[];
}

/** How strongly one sensor moved, step by step; null where nothing could be searched. */
export interface Envelope {
  leg: string;
  start: Ms;
  step_s: number;
  max_mg: (number | null)[];
}

export interface JournalEntry {
  /** What it is called. */
  says: string;
  value: number | null;
  text: string | null;
}

export interface Sensor {
  path: string;
  format: string;
  device: string | null;
  site: string;
  side: string;
  rate_hz_true: number | null;
  /** How its clock compares with that of the night; null with one sensor, or where that was not looked at. */
  clock: string | null;
  warnings: string[];
}

export interface Measures {
  plms_index: number | null;
  n_plms: number | null;
  n_clm: number | null;
  n_series_in_sleep: number | null;
  periodicity_index_share: number | null;
  median_imi_s: number | null;
  tst_h: number | null;
  plms_index_low: number | null;
  plms_index_high: number | null;
  plms_rate_low: number | null;
  plms_rate_high: number | null;
  plms_index_sure: number | null;
  median_peak_mg: number | null;
}

export interface ReviewEntry {
  verdict: string;
  reviewer: string;
  note: string | null;
  flag: string | null;
  at: Ms;
  onset: Ms | null;
  start: Ms | null;
  end: Ms | null;
}

/** What was said of a night, what holds of it, and what that makes of the numbers. */
export interface Review {
  night: string | null;
  /** The verdict that holds of each flag that was judged. */
  flags: Record<string, string>;
  movements: Record<number, string>;
  spans: Span[];
  unmatched: number;
  detected: Measures;
  reviewed: Measures | null;
  why_not: string | null;
  log: ReviewEntry[];
  /** The latest act on the night. */
  act: number;
}

/** Movements as reviewed, column by column; instants in microseconds. */
export interface EditedEvents {
  movement_no: number[];
  onset_us: number[];
  offset_us: number[];
  leg: string[];
  label: string[];
  sleep_state: string[];
  p_sleep: (number | null)[];
  imi_s: (number | null)[];
  series_no: (number | null)[];
  is_plm: boolean[];
  peak_mg: (number | null)[];
  /** detected, edited, added. */
  origin: string[];
}

/** What a night comes to with its reviews; `is_changed`: otherwise than detected. */
export interface EditedNight extends Measures {
  in_bed_us: number | null;
  sleep_onset_us: number | null;
  wake_us: number | null;
  is_changed: boolean;
  why_not: string | null;
  n_edits: number;
  n_unfit: number;
  n_dismissed: number;
}

/** How a flag stands. */
export interface EditedFlag {
  flag: string;
  state: FlagState;
  state_as_reviewed: FlagState;
  review: string | null;
}

/** An edit that no longer fits; `is_free`: none of its act does, so that it can be taken back wherever it stands. */
export interface UnfitEdit {
  act_no: number;
  is_free: boolean;
  edit: string;
  from_us: number | null;
  why: string;
}

/** An act of edits as it is kept; `n` movements, `about`: the onset of the first, or the instant that was set. */
export interface MadeEdit {
  act_no: number;
  at: Ms;
  reviewer: string;
  note: string | null;
  edit: string;
  name: string | null;
  n: number;
  about: Ms | null;
  is_taken_back: boolean;
}

/** A night with all of its reviews; `act` is the latest on it, `undo` and `redo` which would be turned next. */
export interface EditedAnswer {
  act: number;
  undo: number | null;
  redo: number | null;
  night: EditedNight;
  events: EditedEvents;
  flags: EditedFlag[];
  /** Newest first, not all of many. */
  edits: MadeEdit[];
  unfit: UnfitEdit[];
}

export interface NightAnswer {
  night: Night;
  offsets: ClockOffset[];
  flags: Flag[];
  events: Events;
  bouts: NamedSpan[];
  /** How likely sleep was; null where it was not estimated. */
  likely_sleep: LikelySleep | null;
  /** Of the rows beside movements: class of a swatch, and its words. */
  legend: [string, string][];
  blanks: NamedSpan[];
  envelopes: Envelope[];
  stages: NamedSpan[];
  heart: [Ms, number][];
  temperature: Warmth[];
  journal: JournalEntry[];
  sensors: Sensor[];
  review: Review;
  edited: EditedAnswer;
  pictures: { patterns: string; intervals: StillPicture; hours: StillPicture };
}

/** The strip of the probability of sleep. */
export interface LikelySleep {
  /** Stretches in one step of `Looks.likely`. */
  runs: NamedSpan[];
  legend: [string, string][];
  says: string;
  table: { caption: string; head: string[]; rows: string[][] };
}

/** A picture that the program draws, with the table behind it, and what it shows. */
export interface StillPicture {
  caption: string;
  drawn: string;
  parts: LinkedPart[];
}

/** A part of a picture that stands for movements; where it lies, as shares of the picture's width and height. */
export interface LinkedPart {
  says: string;
  left: number;
  top: number;
  width: number;
  height: number;
  movements: number[];
}

/** Temperature of one sensor by minute, degrees C. */
export interface Warmth {
  leg: string;
  minutes: [Ms, number][];
}

/** From which moment on the wearer's clock was ahead of UTC by how many seconds. */
export type ClockOffset = [Ms, number];

/** Times after the window's begin (ms) and values (mg). */
export type Points = [number[], number[]];

export interface Trace {
  leg: string;
  movement: Points[];
  axes: Record<string, Points>;
}

export interface WindowAnswer {
  from_ms: Ms;
  to_ms: Ms;
  traces: Trace[];
  lost: string[];
}

/** What each address answers with. */
/** What to do in a check of a sensor; seconds count from lying down. */
export interface CheckStep {
  at_s: number;
  kind: string;
  do: string;
}

export interface CheckPlan {
  first_kick_s: number;
  steps: CheckStep[];
  /** The command for afterwards, with HH:MM:SS where the time of the first kick goes. */
  afterwards: string;
  caveat: string;
}

export interface Answers {
  "/api/nights": NightsAnswer;
  "/api/strip": StripAnswer;
  "/api/people": PeopleAnswer;
  "/api/queue/nights": QueueNights;
  "/api/queue/counts": QueueCounts;
  "/api/queue/next": QueueNext;
  "/api/queue/people": QueuePeople;
  "/api/ticks": Ticks[];
  "/api/over-nights": OverNights | null;
  "/api/ranges": RangesAnswer;
  "/api/night": NightAnswer;
  "/api/edits": EditedAnswer;
  "/api/reviews": Review;
  "/api/window": WindowAnswer;
  "/api/check-plan": CheckPlan;
  "/api/journal": JournalAnswer;
  "/api/journal-reading": JournalReading;
  "/api/journal-week": GuidedWeek;
}

/** One thing that the journal asks. */
export interface JournalField {
  name: string;
  part: string;
  kind: string;
  says: string;
  unit: string;
  low: number;
  high: number;
  /** A word that it takes in place of a number; empty for none. */
  word: string;
  asked: string;
  bounds: string;
}

export interface JournalSave {
  save_no: number;
  at: Ms | null;
  by: string;
  /** What it is called, and what it was set to; null where it was taken back. */
  cells: [string, string | null][];
}

export interface JournalDay {
  day: string;
  /** The last save that is shown. */
  seen: number;
  cells: Named;
  history: JournalSave[];
}

export interface JournalWeekDay {
  day: string;
  is_to_come: boolean;
  has_night: boolean;
  cells: Named;
}

export interface JournalAnswer {
  subject: string;
  people: string[];
  fields: JournalField[];
  own: string[];
  parts: Named;
  days: JournalDay[];
  before: Named;
  /** How large a file may be, and what is said of a larger one. */
  file: { most_bytes: number; too_large: string };
  week: JournalWeekDay[];
}

/** Seven guided nights; `is_asked` while too few nights can be told of anything. */
export interface GuidedWeek {
  subject: string;
  is_asked: boolean;
  /** Whether there is a database that a day can be noted in. */
  can_note: boolean;
  says: string;
  n_done: number;
  n_nights: number;
  days: { day: string; counts: boolean; is_to_come: boolean; says: string }[];
  missing: string[];
  steps: string[];
}

/** What a file of the journal would do, or did: by line and column, and in words. */
export interface JournalFilePlan {
  says: string;
  fingerprint: string;
  n_changing: number;
  cells: [number, string, string][];
  n_left_out: number;
  left_out: [number, string, string][];
  misspelt: string[];
  is_stored: boolean;
  has_changed: boolean;
  remark: string | null;
}

/** Of what two writers saved: what the other wrote, and what holds now; null for nothing. */
export interface Meanwhile {
  says: string;
  theirs: string | null;
  mine: string | null;
}

/** How a cell is read, or what is wrong with it. */
export interface JournalReading {
  cell: string | null;
  wrong: string | null;
}

export interface JournalSaved {
  day: string;
  n_saved: number;
  wrong: Named;
  meanwhile: Meanwhile[];
  remark: string | null;
}

/** Movements as a night's page shows them: as reviewed, and among them those that were left out. */
export interface ShownEvents extends Events {
  offset_us: number[];
  series_no: (number | null)[];
  origin: string[];
  /** What verdicts on it are kept by: number and onset as detected; null for what was added. */
  detected_no: (number | null)[];
  detected_us: (number | null)[];
  /** Dismissed, or in an excluded span: it can be judged and not edited. */
  left_out: boolean[];
}

/** A night as its page shows it. */
export interface NightShown extends NightAnswer {
  events: ShownEvents;
}

/** What a reviewer says; of a movement with its onset (µs), of a span with its begin and end (ms). */
export interface Said {
  verdict: string;
  note?: string | null;
  flag?: string;
  onset?: number | null;
  onsets?: number[];
  start?: Ms;
  end?: Ms;
}

/** Words by the name that is stored. */
export type Named = Record<string, string>;

/** A colour of movements and the labels in it. */
export interface Group {
  name: string;
  says: string;
  labels: string[];
}

/** What people read for what is stored by name: `for_page` of analytics/words.py. */
export interface Words {
  labels: Named;
  groups: Group[];
  flags: Named;
  verdicts: Named;
  verdicts_between: Named;
  verdicts_to_give: Named;
  criterion_states: Record<Criterion["state"], string>;
  sleep_states: Named;
  sleep_sources: Named;
  blanks: Named;
  sign_states: Named;
  flag_states: Record<FlagState, string>;
  cannot_tell: string;
  unasked_state: string;
  ask_the_urge: string;
  not_asked_short: string;
  flags_judged: string;
  flagged: string;
  when_to_go: string;
  answers: Named;
  is_it_harmless: string;
  glossary: Named;
  glossary_title: string;
  answer_in_journal: string;
  onset_span: string;
  same_as_reviewed: string;
  not_found_again: string;
  not_known: string;
  measures: Named;
  night_facts: Named;
  naps: string;
  not_assessable: string;
  counts_only: string;
  not_reviewed: string;
  as_detected: string;
  as_reviewed: string;
  tiers: string;
  unusual: string;
  /** What a heading means, by the name of the measure or column. */
  explained: Named;
}

/** A row of the night's picture. */
export type RowName = "stages" | "sleep" | "p_sleep" | "movements" | "envelope" | "heart" | "temperature";

/** How rows look that the report has too: `for_page` of analytics/pictures/night_rows.py. */
export interface Looks {
  rows: { name: RowName; height: number; says: string[] }[];
  /** Pixels between two rows. */
  between: number;
  /** Pattern of each kind of blank, and over which rows it lies. */
  blank_fills: Named;
  blank_over_all: string[];
  blank_over: RowName[];
  likely: { step: string; look: string; in_doubt: boolean; says: string }[];
}

// From here on: what the page's parts hand to each other.

/** The wearer's wall clock. */
export interface Clock {
  aheadMs(ms: Ms): number;
  hm(ms: Ms): string;
  hms(ms: Ms): string;
  /** Hours since 1970 on the wearer's clock. */
  hour(ms: Ms): number;
  /** The moment at a wall-clock time hh:mm[:ss] nearest after `from`; null for anything else. */
  moment(text: string, from: Ms): Ms | null;
}

/** From values to pixels; `back` goes the other way. */
export interface Scale {
  (value: number): number;
  back(at: number): number;
}

/** A scale of moments that knows the stretch it shows. */
export interface TimeScale extends Scale {
  from: Ms;
  to: Ms;
}

/** Values at equal steps from a moment on. */
export interface Series {
  values: (number | null)[];
  start: Ms;
  stepMs: number;
}

/** A stretch of a picture from top to bottom, pixels. */
export interface Band {
  top: number;
  bottom: number;
}

/** What a lane of the night's picture shows. */
export type Shows =
  | { kind: "stages" }
  | { kind: "sleep" }
  | { kind: "p_sleep"; likely: LikelySleep }
  | { kind: "raster"; leg: string }
  | { kind: "envelope"; sensor: Envelope }
  | { kind: "heart" }
  | { kind: "temperature"; sensor: Warmth };

/** A lane: what it shows, of which row, and where. */
export type Lane = Band & { height: number; row: RowName } & Shows;

/** What an element may be given as content; what is not there is left out. */
export type Child = Node | string | false | null | undefined | Child[];

/** Attributes of an element: true is an empty one, what is not there is left out, `on...` listens. */
export interface Attributes {
  onclick?: (event: MouseEvent) => unknown;
  onsubmit?: (event: SubmitEvent) => unknown;
  onkeydown?: (event: KeyboardEvent) => unknown;
  [name: string]: unknown;
}

/** One of the pages that replace each other. */
export interface Shown {
  node: HTMLElement;
  keys: Record<string, () => unknown>;
  title?: string;
  /** Of the page of a night. */
  night?: NightKey;
  /** Once it is in the document, so that widths are known. */
  shown?: () => Promise<void>;
  resized?: () => void;
  /** Show what another window did meanwhile; what is typed here stays. */
  renew?: () => Promise<unknown>;
  leave?: () => void;
}

/** What a page may ask of the application. */
export interface App {
  /** Of the person shown. */
  allNights(): Promise<StripAnswer>;
  refresh(): Promise<StripAnswer>;
  /** What is known of the nights holds no more: it is asked for when it is needed. */
  outdated(): void;
  /** Whether another page is on its way. */
  isLeaving(): boolean;
  people(): Promise<PeopleAnswer>;
  /** To the next night of the queue. */
  toReview(): unknown;
  open(night: NightKey): Promise<void>;
  step(direction: number): Promise<void>;
  say(text: string): void;
  go(url: string): Promise<void>;
}
