// A request as somebody would write it in a shell or a program. The key is never in it: it is read from $KEY.

export const SNIPPETS = { curl, fetch: inJavaScript, python: inPython };

function curl({ method, url, headers, body }) {
  const lines = [`curl -N${method === "GET" ? "" : ` -X ${method}`} ${quoted(url)}`, `-H "Authorization: Bearer $KEY"`];
  for (const [name, value] of others(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body instanceof File) lines.push(`--data-binary ${quoted(`@${body.name}`)}`);
  else if (body) lines.push(`-d ${quoted(oneLine(body))}`);
  return lines.join(" \\\n  ");
}

function inJavaScript({ method, url, headers, body }) {
  const isFile = body instanceof File;
  return [
    ...(isFile ? ['import { readFileSync } from "node:fs";', ""] : []),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: ${JSON.stringify(method)},`,
    "  headers: {",
    "    Authorization: `Bearer ${process.env.KEY}`,",
    ...others(headers).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "  },",
    ...(isFile ? [`  body: readFileSync(${JSON.stringify(body.name)}),`] : []),
    ...(body && !isFile ? [`  body: JSON.stringify(${oneLine(body)}),`] : []),
    "});",
    "const decoder = new TextDecoder();",
    "for await (const bytes of response.body ?? []) process.stdout.write(decoder.decode(bytes, { stream: true }));",
  ].join("\n");
}

function inPython({ method, url, headers, body }) {
  const isFile = body instanceof File;
  return [
    "import os",
    ...(body && !isFile ? ["import json"] : []),
    "import urllib.request",
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    `    method=${JSON.stringify(method)},`,
    "    headers={",
    `        "Authorization": "Bearer " + os.environ["KEY"],`,
    ...others(headers).map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "    },",
    ...(isFile ? [`    data=open(${JSON.stringify(body.name)}, "rb").read(),`] : []),
    ...(body && !isFile ? [`    data=json.dumps(${pythonic(JSON.parse(body))}).encode(),`] : []),
    ")",
    "with urllib.request.urlopen(request) as response:",
    "    for line in response:",
    '        print(line.decode(), end="", flush=True)',
  ].join("\n");
}

function others(headers) {
  return Object.entries(headers).filter(([name]) => name !== "Authorization");
}

function oneLine(json) {
  return JSON.stringify(JSON.parse(json));
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A value of JSON as Python writes it; the escapes of texts are the same in both. */
function pythonic(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(pythonic).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonic(item)}`).join(", ")}}`;
}
