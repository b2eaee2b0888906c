// The page that describes the API: finding, and trying each call and the socket.

import { find } from "./api_find.js";
import { SocketTrial } from "./api_socket.js";
import { Trial } from "./api_try.js";

const field = document.getElementById("key");

/** What is in the field is known to this page alone: nothing stores it. */
const key = () => field.value.trim();

find();
document.querySelectorAll(".call form").forEach((form) => new Trial(form, key));
new SocketTrial(document.getElementById("socket-try"), key);
