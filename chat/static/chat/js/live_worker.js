// The shared worker: one hub for all tabs of this browser.

import { Hub } from "./live_hub.js";

const hub = new Hub();

addEventListener("connect", ({ ports: [port] }) => hub.connect(port));
