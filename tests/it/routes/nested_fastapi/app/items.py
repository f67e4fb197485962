from fastapi import APIRouter, WebSocket

router = APIRouter(prefix="/items")
notes = APIRouter()


@router.get("")
def list_items(): ...


@router.get("/{item_id}")
@router.get("/by-id/{item_id}")
def show_item(item_id: int): ...


@router.api_route("/{item_id}", methods=["PUT", "PATCH"])
def change_item(item_id: int): ...


@router.websocket("/feed")
async def feed(socket: WebSocket): ...


@notes.post("/")
def add_note(): ...


def remove_note(note_id: int): ...


notes.add_api_route("/{note_id}", remove_note, methods=["DELETE"])
router.include_router(notes, prefix="/{item_id}/notes")
