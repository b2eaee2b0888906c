// WebSocket: one socket carries any number of replies. The key goes in a subprotocol, since browsers can send no header.
// In a browser WebSocket is there; in Node before 22: npm install ws
// CHAT_URL=… CHAT_KEY=… node websocket.mjs "Tell me about the sea"

import WebSocket from "ws";

const address = new URL("/ws/chat/", process.env.CHAT_URL.replace(/^http/, "ws"));
const socket = new WebSocket(address, ["chat.v1", `bearer.${process.env.CHAT_KEY}`]);
socket.onopen = () => socket.send(JSON.stringify({ type: "send", ref: 1, content: process.argv[2] }));
socket.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (event.type === "delta") process.stdout.write(event.text);
  if (event.type === "error") throw new Error(event.error.message);
  if (event.type === "end") socket.close();
};
