"""An application of Starlette whose routes stand in lists: mounts in mounts, routers, applications
and endpoint classes."""

from shop.app import create_app

app = create_app()
