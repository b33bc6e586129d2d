import base64
import json

from pydantic import BaseModel

from common.errors import ForbiddenError
from common.http import serve


class Greeting(BaseModel):
    name: str


def hello(request):
    return 200, {"hello": request.read(Greeting).name, "from": request.headers["x-from"], "at": request.path["place"]}


def forbidden(_request):
    raise ForbiddenError("not yours")


def broken(_request):
    return 200, {"never": 1 // 0}


ROUTES = {("POST", "/{place}"): hello, ("GET", "/forbidden"): forbidden, ("GET", "/broken"): broken}


def call(method, resource, body=None, **more):
    event = {"httpMethod": method, "resource": resource, "path": resource, "body": body, **more}
    answer = serve(ROUTES, event)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_route_gets_headers_path_and_body():
    more = {"headers": {"X-From": "ada"}, "pathParameters": {"place": "home"}}
    there = {"hello": "bob", "from": "ada", "at": "home"}
    assert call("POST", "/{place}", '{"name": "bob"}', **more) == (200, there)
    coded = base64.b64encode(b'{"name": "bob"}').decode()
    assert call("POST", "/{place}", coded, isBase64Encoded=True, **more) == (200, there)


def test_a_body_that_is_not_understood_names_its_fields():
    assert call("POST", "/{place}", "{}") == (400, {"error": "not understood: name"})
    assert call("POST", "/{place}", "") == (400, {"error": "not understood: body"})


def test_refusals_errors_and_unknown_routes_have_their_status():
    assert call("GET", "/forbidden") == (403, {"error": "not yours"})
    assert call("GET", "/broken") == (500, {"error": "this should not have happened"})
    assert call("GET", "/nowhere") == (404, {"error": "there is no GET /nowhere"})
