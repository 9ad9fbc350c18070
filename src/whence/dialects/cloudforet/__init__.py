"""Cloudforet: the monitoring events of its API, over gRPC and REST, and the webhooks that monitors post to."""

from typing import Final

from starlette.applications import Starlette

from whence.dialects import Context, Dialect, GrpcServices
from whence.dialects.cloudforet import grpc, http, ingest
from whence.dialects.cloudforet.calls import calls
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.posting import Posting
from whence.dialects.cloudforet.vocabulary import NAME


def _app(context: Context) -> Starlette:
    options = Options.read(context.options)
    return http.app(context, calls(context, options), ingest.endpoint(context, Posting(context, options)))


def _services(context: Context) -> GrpcServices:
    return grpc.services(calls(context, Options.read(context.options)), context)


DIALECT: Final = Dialect(
    name=NAME, app=_app, grpc=_services, owns=http.owns, refused=http.refused, check_options=Options.read
)
