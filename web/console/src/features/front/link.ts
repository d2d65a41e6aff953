/** The code of a link that somebody was given. It comes in the fragment, which no server ever sees. */
export const codeOfLink = () => new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
