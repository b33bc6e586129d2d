"""The shape of a rule: how the resources of a type are called, and what a role may do with those of one stack.

An ARN stands here without its ``arn:<partition>:``; ``{name}`` in it is the physical name: what the resource's own name
property says, else what CloudFormation makes up.
"""

from __future__ import annotations

from dataclasses import dataclass

#: CloudFormation's user guide, "Name type": the stack's name, the logical id and a random part.
STACK_NAME = "{stack}-{id}-*"
#: Handlers that make the name of the logical id alone, as in stateMachine:MyStateMachine-LIXV3lsV8tnY (outputs that
#: aws-samples/serverless-patterns quotes).
LOGICAL_ID = "{id}-*"
#: Where neither AWS's pages nor its samples tell which of the two it is: the role gets both.
EITHER = f"{STACK_NAME} {LOGICAL_ID}"
#: S3's and ECR's names have no capital letters.
LOWER_STACK_NAME = "{lowerstack}-{lowerid}-*"
ACCOUNT = "*:${AWS::AccountId}:"


@dataclass(frozen=True)
class Beside:
    """Actions of another service that the handlers of a type call.

    Attributes:
        arns: where; all of them without.
        why: the comment beside the statement.
    """

    sid: str
    actions: tuple[str, ...]
    arns: tuple[str, ...] = ()
    why: str = "these actions know no resource of the stack"


@dataclass(frozen=True)
class Naming:
    """The resources of a type.

    Attributes:
        sid: the statement that they are in; types of one service share it.
        arns: the first is the resource's own.
        name: the property with the physical name; "" when there is none.
        generated: the name where the template gives none; two of them with a blank between.
        everywhere: actions (without the service) that are granted on all resources besides those that AWS's data says
            know none.
        actions: instead of the handlers': what the statement allows.
        data: actions of the handlers that are left out: they read or write what the resource holds, or change what is
            the account's; a deployment has no business there.
        beside: what it needs of other services.
        tagged: its names are made up, so the stack's own tag decides.
        reason: said in the file: what is left out, or why neither name nor tag can hold the role to its stack.
    """

    sid: str
    arns: tuple[str, ...]
    name: str = ""
    generated: str = STACK_NAME
    everywhere: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    tagged: bool = False
    reason: str = ""

    @property
    def service(self) -> str:
        """The prefix of its actions."""
        return self.arns[0].partition(":")[0]


def each_of(naming: Naming, prefix: str, kinds: str) -> dict[str, Naming]:
    """One rule for several types: ``kinds`` are the ends of their names, with blanks between."""
    return {prefix + kind: naming for kind in kinds.split()}
