"""All calls of this dialect, by name."""

from whence.dialects import Context
from whence.dialects.cloudforet.alerts import Alerts
from whence.dialects.cloudforet.call import Calls, table
from whence.dialects.cloudforet.event_rules import EventRules
from whence.dialects.cloudforet.events import Events
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.posting import Posting
from whence.dialects.cloudforet.projects import Projects
from whence.dialects.cloudforet.webhooks import Webhooks


def calls(context: Context, options: Options) -> Calls:
    """What is answered, with what the context offers."""
    projects = Projects(context, options)
    parts = (
        Alerts(context, projects),
        EventRules(context, projects),
        Events(context, options, Posting(context, options)),
        projects,
        Webhooks(context, options, projects),
    )
    return table({name: handler for part in parts for name, handler in part.handlers().items()})
