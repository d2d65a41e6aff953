/** The address by which the page was opened, to the letter; the router writes it anew in its own way. */
export const arrivedAt = window.location.href;
