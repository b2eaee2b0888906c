// What a form of the page asks for: method, address, headers and body. Knows no network.

/** Raises a `SyntaxError` where the body is no JSON. */
export function requestOf(form, { key = "" } = {}) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const field of form.querySelectorAll("[data-name]")) {
    const { name, place } = field.dataset;
    const value = field.value;
    if (place === "path") path = path.replace(`{${name}}`, encodePath(value));
    else if (value === "") continue;
    else if (place === "header") headers[name] = value;
    else query.append(name, value);
  }
  if (key) headers.Authorization = `Bearer ${key}`;
  const file = form.querySelector(".file")?.files[0];
  const text = form.querySelector(".body")?.value.trim();
  if (text) {
    JSON.parse(text);
    headers["Content-Type"] = "application/json";
  }
  const search = query.toString();
  return {
    method: form.dataset.method,
    url: `${location.origin}${path}${search && `?${search}`}`,
    headers,
    body: file ?? (text || undefined),
  };
}

/** Slashes stay: the ids of models have them. */
function encodePath(value) {
  return value.split("/").map(encodeURIComponent).join("/");
}
