// Talking to the server: the only place that fetches. A failure is shown in words and can be tried again.

const TOKEN = document.querySelector('meta[name="nightkick-token"]').content;

const answered = async (response) => {
  const body = await response.json().catch(() => ({ error: `the server answered ${response.status}` }));
  if (!response.ok) throw new Error(body.error ?? `the server answered ${response.status}`);
  return body;
};

const reached = (promise) =>
  promise.catch(() => {
    throw new Error("nightkick does not answer: it was stopped. Start it again with: nightkick review");
  });

export const get = async (path, query, signal) => {
  const text = query ? `?${new URLSearchParams(query)}` : "";
  try {
    return await answered(await fetch(path + text, { signal }));
  } catch (error) {
    if (error.name === "AbortError" || !(error instanceof TypeError)) throw error;
    return reached(Promise.reject(error));
  }
};

export const post = async (path, body) =>
  answered(
    await reached(
      fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-nightkick-token": TOKEN },
        body: JSON.stringify(body),
      }),
    ),
  );

const kept = new Map();
const KEEP = 60;

const fetched = (path, query) => {
  const key = `${path}?${new URLSearchParams(query)}`;
  if (!kept.has(key)) {
    if (kept.size >= KEEP) kept.delete(kept.keys().next().value);
    const answer = get(path, query);
    kept.set(key, { answer, at: performance.now() });
    answer.catch(() => kept.delete(key));
  }
  return { key, ...kept.get(key) };
};

/** As `get`, remembered: for what never changes while a page is open, such as samples. */
export const getOnce = (path, query) => fetched(path, query).answer;

/** Ask ahead for what will probably be wanted next. */
export const prefetch = (path, query) => {
  fetched(path, query);
};

/** What was asked ahead if that is not long ago, and then no more; else asked now. */
export const getFresh = (path, query, longestMs = 60_000) => {
  const { key, answer, at } = fetched(path, query);
  kept.delete(key);
  return performance.now() - at > longestMs ? get(path, query) : answer;
};

export const forget = () => kept.clear();
