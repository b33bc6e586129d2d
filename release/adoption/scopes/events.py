"""Types of what calls functions, and what they call: events, schedules, pipes, state machines, queues, topics, streams.

Sources: AWS's "Actions, resources, and condition keys" for EventBridge, EventBridge Scheduler, EventBridge Pipes,
EventBridge Schemas, Step Functions, SQS, SNS, Kinesis Data Streams, Data Firehose. "CreateConnection" in EventBridge's
API reference: a connection's secret is called ``events!connection/…``.
"""

from __future__ import annotations

from collections.abc import Mapping

from release.adoption.scopes.naming import ACCOUNT, EITHER, LOGICAL_ID, Beside, Naming, each_of

_TOPIC = Naming("Topics", (f"sns:{ACCOUNT}{{name}}", f"sns:{ACCOUNT}{{name}}:*"), "TopicName")
_QUEUE = Naming("Queues", (f"sqs:{ACCOUNT}{{name}}",), "QueueName")
_MACHINE = Naming(
    "StateMachines",
    (f"states:{ACCOUNT}stateMachine:{{name}}", f"states:{ACCOUNT}stateMachine:{{name}}:*"),
    "StateMachineName",
    LOGICAL_ID,
)
_BUS = f"events:{ACCOUNT}event-bus/{{name}}"

SCOPES: Mapping[str, Naming] = {
    "AWS::Events::ApiDestination": Naming(
        "ApiDestinations",
        (f"events:{ACCOUNT}api-destination/{{name}}", f"events:{ACCOUNT}api-destination/{{name}}/*"),
        "Name",
        EITHER,
        beside=(
            # CreateApiDestination is allowed on the connection too.
            Beside(
                "ApiDestinationConnections",
                ("events:CreateApiDestination",),
                (f"events:{ACCOUNT}connection/*",),
                "an API destination is allowed on its connection too",
            ),
        ),
    ),
    "AWS::Events::Archive": Naming(
        "EventBuses",
        (f"events:{ACCOUNT}archive/{{name}}",),
        "ArchiveName",
        EITHER,
        beside=(Beside("ArchivedBuses", ("events:CreateArchive",), (f"events:{ACCOUNT}event-bus/*",), ""),),
    ),
    "AWS::Events::Connection": Naming(
        "Connections",
        (f"events:{ACCOUNT}connection/{{name}}", f"events:{ACCOUNT}connection/{{name}}/*"),
        "Name",
        EITHER,
        beside=(
            Beside(
                "ConnectionSecrets",
                tuple(
                    f"secretsmanager:{each}"
                    for each in (
                        *("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "PutSecretValue"),
                        "UpdateSecret",
                    )
                ),
                (f"secretsmanager:{ACCOUNT}secret:events!connection/*",),
                "EventBridge keeps a connection's credentials in a secret of its own",
            ),
        ),
    ),
    "AWS::Events::EventBus": Naming("EventBuses", (_BUS,), "Name"),
    "AWS::Events::EventBusPolicy": Naming("EventBuses", (_BUS,), "EventBusName"),
    "AWS::Events::Rule": Naming(
        "Rules", (f"events:{ACCOUNT}rule/{{name}}", f"events:{ACCOUNT}rule/*/{{name}}"), "Name"
    ),
    "AWS::EventSchemas::Registry": Naming("Schemas", (f"schemas:{ACCOUNT}registry/{{name}}",), "RegistryName", EITHER),
    "AWS::EventSchemas::Schema": Naming("Schemas", (f"schemas:{ACCOUNT}schema/*/{{name}}",), "SchemaName", EITHER),
    "AWS::Kinesis::Stream": Naming("Streams", (f"kinesis:{ACCOUNT}stream/{{name}}",), "Name"),
    "AWS::Kinesis::StreamConsumer": Naming(
        "Streams", (f"kinesis:{ACCOUNT}stream/{{name}}/consumer/*", f"kinesis:{ACCOUNT}stream/{{name}}"), "StreamARN"
    ),
    "AWS::KinesisFirehose::DeliveryStream": Naming(
        "DeliveryStreams", (f"firehose:{ACCOUNT}deliverystream/{{name}}",), "DeliveryStreamName", EITHER
    ),
    "AWS::Pipes::Pipe": Naming("Pipes", (f"pipes:{ACCOUNT}pipe/{{name}}",), "Name", EITHER),
    "AWS::SNS::Subscription": Naming("Topics", _TOPIC.arns, "TopicArn"),
    "AWS::SNS::Topic": _TOPIC,
    **each_of(Naming("Topics", _TOPIC.arns), "AWS::SNS::", "TopicInlinePolicy TopicPolicy"),
    "AWS::SQS::Queue": _QUEUE,
    **each_of(Naming("Queues", _QUEUE.arns), "AWS::SQS::", "QueueInlinePolicy QueuePolicy"),
    "AWS::Scheduler::Schedule": Naming("Schedules", (f"scheduler:{ACCOUNT}schedule/*/{{name}}",), "Name"),
    "AWS::Scheduler::ScheduleGroup": Naming(
        "Schedules",
        (f"scheduler:{ACCOUNT}schedule-group/{{name}}", f"scheduler:{ACCOUNT}schedule/{{name}}/*"),
        "Name",
    ),
    "AWS::StepFunctions::Activity": Naming("Activities", (f"states:{ACCOUNT}activity:{{name}}",), "Name", LOGICAL_ID),
    "AWS::StepFunctions::StateMachine": _MACHINE,
    "AWS::StepFunctions::StateMachineAlias": Naming(
        "StateMachines",
        _MACHINE.arns,
        generated=LOGICAL_ID,
        beside=(Beside("AlsoNeeded", ("cloudwatch:DescribeAlarms",)),),
    ),
    "AWS::StepFunctions::StateMachineVersion": Naming("StateMachines", _MACHINE.arns),
}
