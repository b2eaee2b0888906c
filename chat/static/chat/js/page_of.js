// Whose page this is. Another user may sign in in another tab: then the cookie is theirs, and this page must
// neither ask in their name, nor show what is theirs, nor what this one wrote to them.

export function pageOf() {
  return document.querySelector("[data-user]").dataset.user;
}

/** To be sent with whatever the page asks the server for: it is refused where the session is another user's. */
export function signedInAs() {
  return { "X-Page-Of": pageOf() };
}
