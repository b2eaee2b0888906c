"""The official client of OpenAI for Python.

pip install openai; CHAT_URL=… CHAT_KEY=… python openai_client.py "Tell me about the sea"
"""

import os
import sys

from openai import OpenAI

client = OpenAI(base_url=f"{os.environ['CHAT_URL']}/v1", api_key=os.environ["CHAT_KEY"])
model = next(iter(client.models.list())).id
stream = client.chat.completions.create(
    model=model, messages=[{"role": "user", "content": sys.argv[1]}], stream=True
)
for chunk in stream:
    print(chunk.choices[0].delta.content, end="", flush=True)
