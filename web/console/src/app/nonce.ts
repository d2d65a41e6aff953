// The service writes a fresh nonce into the page; styles made at run time carry it.
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

// The module behind dialogs' scroll lock looks for its nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
