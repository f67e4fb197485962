"""The test client of Starlette, the exceptions that reach it, and how long its event loop stands."""

import asyncio
import time

from fastapi.testclient import TestClient


class Client:
    def __init__(self, app):
        self.raised = []
        self.stood = 0.0
        self.ticked = time.monotonic()

        async def watched(scope, receive, send):
            if scope["type"] == "lifespan":
                self.clock = asyncio.create_task(self.watch_loop())
            try:
                await app(scope, receive, send)
            except Exception as error:
                self.raised.append(type(error).__name__)
                raise
            finally:
                self.tick()

        # Entered, so that all requests share the loop that connections of a pool belong to.
        self.client = TestClient(watched, raise_server_exceptions=False).__enter__()

    async def watch_loop(self):
        while True:
            self.tick()
            await asyncio.sleep(0.01)

    def tick(self):
        now = time.monotonic()
        self.stood = max(self.stood, now - self.ticked)
        self.ticked = now

    def send(self, method, path, json, form, headers=None):
        self.raised.clear()
        self.stood = 0.0
        answer = self.client.request(method, path, json=json, data=form, headers=headers)
        return answer.status_code, answer.text, list(self.raised)
