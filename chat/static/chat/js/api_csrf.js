// The token that goes with a session. From the cookie: signing in again in another tab changes it.

export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}
