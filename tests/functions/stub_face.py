"""Azure Face's detect call as its reference documents it, for resources old and new.

https://learn.microsoft.com/rest/api/face/face-detection-operations/detect-from-stream
https://learn.microsoft.com/azure/ai-services/computer-vision/reference-face-error-codes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.functions.stub_server import Request, Response, StubServer

KEY = "0123456789abcdef0123456789abcdef"
SMILE_BOX = {"left": 178, "top": 72, "width": 96, "height": 96}  # in tests/faces/astronaut.jpg
HAPPY = {
    "anger": 0.0,
    "contempt": 0.0,
    "disgust": 0.0,
    "fear": 0.0,
    "happiness": 0.98,
    "neutral": 0.02,
    "sadness": 0.0,
    "surprise": 0.0,
}
ATTRIBUTES: dict[str, Any] = {
    "headPose": {"pitch": -3.1, "roll": 1.2, "yaw": 8.4},
    "blur": {"blurLevel": "low", "value": 0.04},
    "exposure": {"exposureLevel": "goodExposure", "value": 0.61},
    "occlusion": {"foreheadOccluded": False, "eyeOccluded": False, "mouthOccluded": False},
    "qualityForRecognition": "high",
}
RETIRED = Response.json(
    {
        "error": {
            "code": "InvalidRequest",
            "message": "Invalid request has been sent.",
            "innererror": {
                "code": "UnsupportedFeature",
                "message": "Feature is not supported, missing approval for one or more features.",
            },
        }
    },
    403,
)


def error(status: int, code: str, **headers: str) -> Response:
    """An error as the service words it."""
    return Response.json({"error": {"code": code, "message": "…"}}, status, **headers)


def face(box: dict[str, int] | None = None, **attributes: Any) -> dict[str, Any]:
    """One detected face; attributes given replace or add to the ordinary ones."""
    return {"faceRectangle": box or SMILE_BOX, "faceAttributes": ATTRIBUTES | attributes}


class StubFace(StubServer):
    """An ordinary resource of today: it finds the given faces and has no `emotion`.

    `emotion` makes it one of the old ones. `next` holds answers that come first.
    """

    def __init__(self, *faces: dict[str, Any], emotion: bool = False) -> None:
        super().__init__(self.detect)
        self.faces = list(faces)
        self.emotion = emotion
        self.next: list[Response | Callable[[], Response]] = []
        self.authorized: Callable[[Request], bool] = lambda request: (
            request.headers.get("ocp-apim-subscription-key") == KEY
        )

    @property
    def asked_for_emotion(self) -> list[bool]:
        """For each call, whether it asked for the retired attribute."""
        return ["emotion" in r.query["returnFaceAttributes"].split(",") for r in self.requests]

    def detect(self, request: Request) -> Response:
        """The faces, or what the service says instead."""
        if self.next:
            following = self.next.pop(0)
            return following if isinstance(following, Response) else following()
        assert request.query["returnFaceId"] == "false", "nobody is to be identified"
        asked = set(request.query["returnFaceAttributes"].split(","))
        wrong = [
            (request.path != "/face/v1.0/detect", error(404, "404")),
            (not self.authorized(request), error(401, "401")),
            (
                request.headers["content-type"] != "application/octet-stream",
                error(415, "InvalidMediaType"),
            ),
            ("emotion" in asked and not self.emotion, RETIRED),
            (not 1024 <= len(request.body) <= 6 * 1024 * 1024, error(400, "InvalidImageSize")),
            (not request.body.startswith(b"\xff\xd8\xff"), error(400, "InvalidImage")),
        ]
        if refusals := [refusal for is_wrong, refusal in wrong if is_wrong]:
            return refusals[0]
        return Response.json(
            [
                {
                    "faceRectangle": found["faceRectangle"],
                    "faceAttributes": {
                        name: value
                        for name, value in ({"emotion": HAPPY} | found["faceAttributes"]).items()
                        if name in asked
                    },
                }
                for found in self.faces
            ]
        )
