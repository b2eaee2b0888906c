// axios with onDownloadProgress, which is given all that has come so far, each time.
// npm install axios; CHAT_URL=… CHAT_KEY=… node axios_client.mjs "Tell me about the sea"

import axios from "axios";

const response = await axios.post(
  `${process.env.CHAT_URL}/api/v1/chat?format=text`,
  { content: process.argv[2] },
  {
    headers: { Authorization: `Bearer ${process.env.CHAT_KEY}` },
    adapter: "fetch", // in a browser the default does as well: `progress.event.target.responseText` is the text so far
    responseType: "stream",
  },
);
for await (const piece of response.data.pipeThrough(new TextDecoderStream())) process.stdout.write(piece);
