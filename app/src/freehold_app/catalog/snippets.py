"""How to call a Model from elsewhere, ready to paste. Pure."""

from __future__ import annotations

from freehold_app.catalog.schemas import Snippets

_CURL = """curl {base}/{path} \\
  -H "Authorization: Bearer $FREEHOLD_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{body}'"""
_PYTHON = """import os

from openai import OpenAI

client = OpenAI(base_url="{base}", api_key=os.environ["FREEHOLD_API_KEY"])
{call}"""
_JAVASCRIPT = """import OpenAI from 'openai'

const client = new OpenAI({{ baseURL: '{base}', apiKey: process.env.FREEHOLD_API_KEY }})
{call}"""
_KUBECTL = """kubectl --namespace {namespace} get model {name}
kubectl --namespace {namespace} describe model {name}
kubectl --namespace {namespace} logs --selector freehold.dev/model={name} --container engine --tail 100"""

_CHAT = {
    "path": "chat/completions",
    "body": '{{"model": "{name}", "messages": [{{"role": "user", "content": "Hello"}}]}}',
    "python": """answer = client.chat.completions.create(
    model="{name}",
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(answer.choices[0].message.content)""",
    "javascript": """const answer = await client.chat.completions.create({{
  model: '{name}',
  messages: [{{ role: 'user', content: 'Hello' }}],
}})
console.log(answer.choices[0].message.content)""",
}
_EMBEDDING = {
    "path": "embeddings",
    "body": '{{"model": "{name}", "input": "Hello"}}',
    "python": """answer = client.embeddings.create(model="{name}", input="Hello")
print(len(answer.data[0].embedding))""",
    "javascript": """const answer = await client.embeddings.create({{ model: '{name}', input: 'Hello' }})
console.log(answer.data[0].embedding.length)""",
}


def snippets(name: str, namespace: str, features: list[str], public_url: str) -> Snippets:
    """For chat where the Model can, else for embeddings. The name is a DNS label, so nothing needs quoting."""
    words = _CHAT if "TextGeneration" in features else _EMBEDDING
    base = f"{public_url}/v1"
    return Snippets(
        base_url=base,
        curl=_CURL.format(base=base, path=words["path"], body=words["body"].format(name=name)),
        python=_PYTHON.format(base=base, call=words["python"].format(name=name)),
        javascript=_JAVASCRIPT.format(base=base, call=words["javascript"].format(name=name)),
        kubectl=_KUBECTL.format(namespace=namespace, name=name),
    )
