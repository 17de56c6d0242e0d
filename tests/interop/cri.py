"""The three CRI calls that a kubelet makes for an image, over a runtime's unix socket.

The messages are so small that they are encoded by hand (kubernetes cri-api pkg/apis/runtime/v1/api.proto), which needs
no compiler for protocol buffers: every field used here is a string or a message, thus wire type 2.
"""
import time

import grpc

AUTH_FIELDS = {"username": 1, "password": 2, "auth": 3, "server_address": 4, "identity_token": 5, "registry_token": 6}
SERVICE = "/runtime.v1.ImageService/"


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, value):
    """One length-delimited field; nothing at all when it is empty, as in proto3."""
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data if data else b""


def first_string(message):
    """Field 1 of a message, if it is a string."""
    if not message.startswith(b"\x0a"):
        return ""
    length, shift, at = 0, 0, 1
    while True:
        byte = message[at]
        length, shift, at = length | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return message[at:at + length].decode()


def go_name(code):
    """A status code as Go prints it: NOT_FOUND is NotFound."""
    return "OK" if code is grpc.StatusCode.OK else code.name.title().replace("_", "")


class ImageService:
    def __init__(self, socket):
        self.channel = grpc.insecure_channel("unix://" + socket)

    def _call(self, method, request, timeout=120):
        return self.channel.unary_unary(SERVICE + method, lambda m: m, lambda m: m)(request, timeout=timeout)

    def wait_until_ready(self, seconds, alive):
        """Asks for the status of some image until the runtime answers; raises when it does not."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._call("ImageStatus", field(1, field(1, "none.invalid/none:none")), timeout=5)
                return
            except grpc.RpcError as error:
                if time.monotonic() > deadline or not alive():
                    raise RuntimeError(f"the runtime does not answer: {error.details()}") from error
            time.sleep(0.1)

    def pull(self, image, auth):
        """{outcome, code, message}, as the kubelet gets them."""
        config = b"".join(field(AUTH_FIELDS[k], v) for k, v in sorted((auth or {}).items(), key=lambda kv: AUTH_FIELDS[kv[0]]))
        try:
            reply = self._call("PullImage", field(1, field(1, image)) + field(2, config))
        except grpc.RpcError as error:
            return {"outcome": "failed", "code": go_name(error.code()), "message": error.details()}
        return {"outcome": "pulled", "code": "OK", "message": "", "image_ref": first_string(reply)}

    def remove(self, image):
        self._call("RemoveImage", field(1, field(1, image)))
