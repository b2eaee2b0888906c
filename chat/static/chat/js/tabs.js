// What the tabs of this browser tell each other: that a conversation changed. No text goes this way.

const channel = new BroadcastChannel("chat");

export function tellTabs(conversation) {
  channel.postMessage({ conversation });
}

export function onToldByTab(handler) {
  channel.addEventListener("message", ({ data }) => handler(data.conversation));
}
