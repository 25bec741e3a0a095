// Requests to the server, and its refusals in plain words.

/** The server refused and said why (RFC 9457). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.name = "Refused";
    this.status = status;
    this.type = problem.type ?? "";
    this.problem = problem;
  }
}

/** No answer came: the network is away, or the server is. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached right now.");
    this.name = "Unreachable";
  }
}

export class Api {
  #token;
  #fetch;
  #desk;

  /**
   * @param {string|null} token @param {typeof fetch} fetcher
   * @param {string|null} desk which of a game's desks this is
   */
  constructor(token, fetcher = (...args) => fetch(...args), desk = null) {
    this.#token = token;
    this.#fetch = fetcher;
    this.#desk = desk;
  }

  get(path) {
    return this.#request("GET", path);
  }

  /** A file. @returns {Promise<{blob: Blob, headers: Headers}>} */
  async file(path) {
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    let response;
    try {
      response = await this.#fetch(path, { headers, signal: AbortSignal.timeout(10_000) });
      if (response.ok) return { blob: await response.blob(), headers: response.headers };
    } catch {
      throw new Unreachable();
    }
    throw new Refused(response.status, safeJson(await response.text()) ?? {});
  }

  put(path, body) {
    return this.#request("PUT", path, body);
  }

  patch(path, body) {
    return this.#request("PATCH", path, body);
  }

  post(path, body) {
    return this.#request("POST", path, body);
  }

  delete(path) {
    return this.#request("DELETE", path);
  }

  /** @returns {Promise<any>} the JSON body @throws {Refused|Unreachable} */
  async #request(method, path, body) {
    const headers = { Accept: "application/json" };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (this.#desk) headers["Courtside-Desk"] = this.#desk;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const init = { method, headers, signal: AbortSignal.timeout(10_000) };
    if (body !== undefined) init.body = JSON.stringify(body);
    let response;
    let data = null;
    try {
      response = await this.#fetch(path, init);
      const text = await response.text();
      data = text ? safeJson(text) : null;
    } catch {
      throw new Unreachable();
    }
    if (!response.ok) throw new Refused(response.status, data ?? {});
    return data;
  }
}

/** A trouble as a sentence for the person at the page. */
export function inWords(error) {
  if (error instanceof Refused) {
    if (error.status === 401) return "This link is not valid any more. Ask for a new one.";
    if (error.status === 403) return "This link does not allow that. Ask for another one.";
    if (error.status === 404 && !error.problem.detail) return "There is no such game here.";
  }
  return error?.message || String(error);
}

function safeJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
