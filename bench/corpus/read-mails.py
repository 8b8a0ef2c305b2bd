"""Reads the mails whose file names come in, one on a line, with Python's email package; prints a line of JSON for each."""

import email
import email.policy
import hashlib
import json
import sys


def words_of(part):
    try:
        return part.get_content()
    except Exception:
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def read(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    found = {"plain": [], "html": [], "files": []}
    for part in message.walk():
        if part.is_multipart():
            continue
        content_type = part.get_content_type()
        if content_type in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            found["plain" if content_type == "text/plain" else "html"].append(str(words_of(part)))
            continue
        content = part.get_payload(decode=True)
        if content:
            found["files"].append(hashlib.sha256(content).hexdigest())
    sender = message["from"]
    addresses = [one.addr_spec for one in sender.addresses] if sender and hasattr(sender, "addresses") else []
    return {"subject": str(message["subject"] or ""), "from": addresses, **found}


for line in sys.stdin:
    try:
        print(json.dumps({"ok": True, **read(line.rstrip("\n"))}), flush=True)
    except Exception as error:
        print(json.dumps({"ok": False, "reason": type(error).__name__}), flush=True)
