"""The test client of Starlette, and the exceptions that reach it."""

from fastapi.testclient import TestClient


class Client:
    def __init__(self, app):
        self.raised = []

        async def watched(scope, receive, send):
            try:
                await app(scope, receive, send)
            except Exception as error:
                self.raised.append(type(error).__name__)
                raise

        # Entered, so that all requests share the loop that connections of a pool belong to.
        self.client = TestClient(watched, raise_server_exceptions=False).__enter__()

    def send(self, method, path, json, form, headers=None):
        self.raised.clear()
        answer = self.client.request(method, path, json=json, data=form, headers=headers)
        return answer.status_code, answer.text, list(self.raised)
