import createClient from "openapi-fetch";
import { Problem, type ProblemBody } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** The token of the session against forged requests; the session sets it. */
let csrf: string | null = null;
export const holdCSRF = (token: string | null) => {
  csrf = token;
};

/**
 * Sends a request with the session's token. The session gets another one when
 * somebody signs in in another window; the request is then sent once more.
 */
async function send(request: Request): Promise<Response> {
  if (request.method === "GET") {
    return fetch(request);
  }
  const again = request.clone();
  request.headers.set("X-CSRF-Token", csrf ?? "");
  const response = await fetch(request);
  if (response.status !== 403) {
    return response;
  }
  const problem = (await response
    .clone()
    .json()
    .catch(() => ({}))) as Partial<ProblemBody>;
  if (problem.code !== "cross_site_request") {
    return response;
  }
  holdCSRF((await own<{ csrf: string | null }>("/console/api/session")).csrf);
  again.headers.set("X-CSRF-Token", csrf ?? "");
  return fetch(again);
}

export const api = createClient<paths>({ baseUrl: "/console/api/v1", fetch: send });

api.use({ onError: () => new Problem({ code: "unreachable" }, 0) });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function problemOf(answer: Answer<unknown>): Problem {
  const body = answer.error && typeof answer.error === "object" ? (answer.error as Partial<ProblemBody>) : {};
  return new Problem(body, answer.response.status, answer.response.headers.get("X-Trace-Id") ?? "");
}

/** The body of the answer, or its problem thrown. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call;
  if (answer.error !== undefined || !answer.response.ok) {
    throw problemOf(answer);
  }
  return answer.data as T;
}

/** A resource and the version of it that a later write may insist on. */
export interface Tagged<T> {
  value: T;
  etag: string;
}

export async function takeTagged<T>(call: Promise<Answer<T>>): Promise<Tagged<T>> {
  const answer = await call;
  if (answer.error !== undefined || !answer.response.ok) {
    throw problemOf(answer);
  }
  return { value: answer.data as T, etag: answer.response.headers.get("ETag") ?? "" };
}

/** Asks one of the console's own routes, which the specification does not know. */
export async function own<T>(path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
  if (body !== undefined && csrf) {
    headers["X-CSRF-Token"] = csrf;
  }
  const response = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Problem({ code: "unreachable" }, 0);
  });
  const answer = (await response.json().catch(() => ({}))) as unknown;
  if (!response.ok) {
    throw problemOf({ error: answer, response });
  }
  return answer as T;
}
