"""Types of functions and what they run with: layers, aliases, traffic shifting, roles, users, networks, nested stacks.

Sources: AWS's "Actions, resources, and condition keys" for Lambda, IAM, CodeDeploy, Cognito User Pools, Cognito
Identity, Application Auto Scaling, Signer, EC2 and CloudFormation; "Target tracking scaling policies" for the names of
the alarms that Application Auto Scaling makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from release.adoption.scopes.naming import ACCOUNT, EITHER, LOGICAL_ID, Beside, Naming, each_of

_FUNCTION = Naming(
    "Functions",
    (f"lambda:{ACCOUNT}function:{{name}}", f"lambda:{ACCOUNT}function:{{name}}:*"),
    "FunctionName",
    actions=("lambda:*",),
)
_SHIFTING = Naming(
    "TrafficShifting",
    (
        *(f"codedeploy:{ACCOUNT}{kind}" for kind in ("application:{name}", "deploymentgroup:{name}/*")),
        f"codedeploy:{ACCOUNT}deploymentconfig:*",
    ),
    actions=("codedeploy:*",),
)
_POOL = Naming(
    "UserPools",
    (f"cognito-idp:{ACCOUNT}userpool/*",),
    actions=("cognito-idp:*",),
    everywhere=("CreateUserPool", "TagResource"),  # a new one has no tag yet
    tagged=True,
)
_IDENTITIES = Naming(
    "IdentityPools",
    (f"cognito-identity:{ACCOUNT}identitypool/*",),
    reason="identity pools have made-up names, and a new one no tag yet",
)
_ROLE_ARN = "iam::${AWS::AccountId}:role/{name}"
_GROUPS = Naming(
    "SecurityGroups",
    ("ec2:*:${AWS::AccountId}:security-group/*", "ec2:*:${AWS::AccountId}:vpc/*"),
    everywhere=("DescribeInstances", "DescribeSecurityGroups"),
    reason="security groups have no names of their own, and a new one no tag yet",
)
_NETWORK = Naming(
    "NetworksOfTheStack",
    tuple(
        f"ec2:*:${{AWS::AccountId}}:{kind}/*"
        for kind in (
            *("elastic-ip", "internet-gateway", "natgateway", "network-acl", "network-interface", "route-table"),
            *("security-group", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log"),
        )
    ),
    reason="networks have no names of their own, and a new one no tag yet",
)
_SCALING = Naming(
    "Scaling",
    (f"application-autoscaling:{ACCOUNT}scalable-target/*",),
    beside=(
        Beside(
            "ScalingAlarms",
            ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
            (f"cloudwatch:{ACCOUNT}alarm:TargetTracking-*",),
            "the alarms that Application Auto Scaling makes",
        ),
        Beside("ScalingLooks", ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData")),
    ),
    reason="a scalable target's own name is made up",
)
_STACK_VERBS = (
    "CreateStack",
    "DeleteStack",
    "Describe*",
    "GetTemplate*",
    "ListStackResources",
    "TagResource",
    "UntagResource",
    "UpdateStack",
)

SCOPES: Mapping[str, Naming] = {
    **each_of(_SCALING, "AWS::ApplicationAutoScaling::", "ScalableTarget ScalingPolicy"),
    "AWS::CloudFormation::Stack": Naming(
        "NestedStacks",
        (f"cloudformation:{ACCOUNT}stack/{{name}}/*",),
        actions=tuple(f"cloudformation:{verb}" for verb in _STACK_VERBS),
    ),
    "AWS::CodeDeploy::Application": replace(_SHIFTING, name="ApplicationName"),
    "AWS::CodeDeploy::DeploymentConfig": Naming(
        "ShiftingPlans", (f"codedeploy:{ACCOUNT}deploymentconfig:{{name}}",), "DeploymentConfigName", EITHER
    ),
    "AWS::CodeDeploy::DeploymentGroup": _SHIFTING,
    **each_of(_IDENTITIES, "AWS::Cognito::", "IdentityPool IdentityPoolPrincipalTag IdentityPoolRoleAttachment"),
    **each_of(
        _POOL,
        "AWS::Cognito::",
        "LogDeliveryConfiguration ManagedLoginBranding UserPool UserPoolClient UserPoolDomain UserPoolGroup "
        "UserPoolIdentityProvider UserPoolResourceServer UserPoolRiskConfigurationAttachment "
        "UserPoolUICustomizationAttachment UserPoolUser UserPoolUserToGroupAttachment",
    ),
    **each_of(_GROUPS, "AWS::EC2::", "SecurityGroup SecurityGroupEgress SecurityGroupIngress"),
    **each_of(
        _NETWORK,
        "AWS::EC2::",
        "EIP InternetGateway NatGateway Route RouteTable Subnet SubnetRouteTableAssociation VPC VPCEndpoint "
        "VPCGatewayAttachment",
    ),
    "AWS::IAM::Role": Naming("Roles", (_ROLE_ARN,), "RoleName"),
    "AWS::IAM::Policy": Naming("Roles", (_ROLE_ARN,)),
    "AWS::IAM::RolePolicy": Naming("Roles", (_ROLE_ARN,)),
    "AWS::IAM::ManagedPolicy": Naming("Policies", ("iam::${AWS::AccountId}:policy/{name}",), "ManagedPolicyName"),
    **each_of(_FUNCTION, "AWS::Lambda::", "Alias EventInvokeConfig Function Permission Version"),
    "AWS::Lambda::CodeSigningConfig": Naming(
        "CodeSigning", (f"lambda:{ACCOUNT}code-signing-config:*",), reason="its own name is made up"
    ),
    "AWS::Lambda::EventSourceMapping": Naming(
        "EventSources",
        (f"lambda:{ACCOUNT}event-source-mapping:*",),
        "FunctionName",
        reason="a mapping's own name is made up; it is made for functions of the stack alone",
    ),
    "AWS::Lambda::LayerVersion": Naming(
        "Layers", (f"lambda:{ACCOUNT}layer:{{name}}", f"lambda:{ACCOUNT}layer:{{name}}:*"), "LayerName", LOGICAL_ID
    ),
    "AWS::Lambda::LayerVersionPermission": Naming("Layers", (f"lambda:{ACCOUNT}layer:{{name}}:*",)),
    "AWS::Lambda::Url": replace(_FUNCTION, name="TargetFunctionArn"),
    **each_of(
        Naming("Signing", ("signer:*:${AWS::AccountId}:/signing-profiles/*",), reason="its own name is made up"),
        "AWS::Signer::",
        "ProfilePermission SigningProfile",
    ),
}
