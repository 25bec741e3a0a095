"""Setting a camera up: where the court and the scoreboard are, who wears which shirt."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from server.access.roles import Access
from server.api.body import JsonBody, describe_body
from server.previews import Previews
from server.problems import Problem
from server.setups import Setups

_SETUP = {
    "court": {
        "size": [960, 540],
        "media_s": 12.4,
        "points": [
            {"px": [312.5, 388.0], "mark": "corner-left-near"},
            {"px": [655.0, 391.5], "mark": "halfway-near"},
            {"px": [640.0, 251.0], "mark": "halfway-far"},
            {"px": [420.0, 249.0], "xy_m": [-14.0, 7.5]},
        ],
    },
    "scoreboard": {"size": [960, 540], "corners": [[40, 30], [160, 30], [160, 80], [40, 80]]},
    "shirts": {"home": "#f0f0f0", "away": "#20307a"},
    "home_attacks": "left",
}
_ABOUT = "What of it is left out stays as it is; null clears it."

CameraName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,32}$")]


def router(setups: Setups, previews: Previews, access: Access) -> APIRouter:
    """For the desk, and for the camera that is set up."""
    setup = APIRouter(prefix="/api/v1/games/{game}/cameras/{camera}", tags=["cameras"])

    @setup.get("/setup")
    async def read(request: Request, game: str, camera: CameraName) -> dict[str, Any]:
        """The set-up as it was told, and what a page draws of it: `error_m`, how far off a place
        on the floor typically is; `lines`, the court's lines in pixels of `court.size`; `floor`,
        its measures in metres with the points that can be marked by name."""
        await access.authorize(request, game, "desk", "camera")
        return await setups.read(game, camera)

    @setup.put("/setup", openapi_extra=describe_body(_SETUP, _ABOUT))
    async def write(
        request: Request, game: str, camera: CameraName, body: JsonBody
    ) -> dict[str, Any]:
        """Tell it. Marks of the court are pixels in a picture of `size`, each with the name of a
        point (`floor.marks`) or its place `xy_m` in metres; four at least. 422
        `marks-do-not-fit` says which mark to look at."""
        await access.authorize(request, game, "desk", "camera")
        return await setups.write(game, camera, body)

    @setup.get(
        "/still",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}, "description": "At most 960 wide"}},
    )
    async def still(request: Request, game: str, camera: CameraName) -> Response:
        """What the camera saw a moment ago. `Courtside-Media-S` says when, as `court.media_s`
        wants it."""
        await access.authorize(request, game, "desk", "camera")
        found = await previews.of(game, camera)
        if found is None:
            raise Problem(404, "no-still", "The camera shows nothing at the moment.")
        headers = {"Cache-Control": "no-store", "Courtside-Media-S": f"{found.media_s:.3f}"}
        return Response(found.jpeg, media_type="image/jpeg", headers=headers)

    return setup
