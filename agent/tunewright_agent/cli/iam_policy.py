"""`tunewright iam-policy`: the least privilege that watching, and (apart) publishing, needs."""

import json
from typing import Annotated

import typer

from tunewright_agent.cli.app import app
from tunewright_agent.sources.aws.policy import publish_policy, read_policy


@app.command("iam-policy")
def iam_policy(
    publish: Annotated[
        bool, typer.Option("--publish", help="The policy of what is written: alarms, metrics, messages.")
    ] = False,
    account: Annotated[str, typer.Option(help="Number of the account that the databases belong to.")] = "*",
    partition: Annotated[str, typer.Option(help="aws, aws-cn or aws-us-gov.")] = "aws",
    user: Annotated[str, typer.Option(help="The monitoring role that logs in by IAM authentication.")] = "tunewright",
    secret: Annotated[str | None, typer.Option(help="ARN of the secret that holds the password.")] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="ARN of a role to assume in another account; may be repeated.")
    ] = None,
    log_files: Annotated[
        bool, typer.Option("--log-files", help="Allow log files to be read: they hold query texts.")
    ] = False,
    prices: Annotated[
        bool, typer.Option("--prices", help="Allow the price list to be asked for (tunewright prices update).")
    ] = False,
    prefix: Annotated[str, typer.Option(help="How the names of our alarms begin.")] = "tunewright",
    topic: Annotated[str | None, typer.Option(help="ARN of the SNS topic to publish to.")] = None,
    sender: Annotated[str | None, typer.Option(help="The SES identity to send mail from.")] = None,
) -> None:
    """Print the IAM policy that watching clusters of AWS needs, or (--publish) the one that publishing needs.

    Neither allows any change of a database. Attach the first to the agent's role, and to the role in each further account.
    """
    if publish:
        policy = publish_policy(partition, account, prefix, topic, sender)
    else:
        policy = read_policy(partition, account, user, secret, tuple(role or ()), log_files=log_files, prices=prices)
    typer.echo(json.dumps(policy, indent=2))
