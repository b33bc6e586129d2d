"""Types of what stands in front of functions: APIs, CloudFront, certificates, names, web firewalls, load balancers.

Sources: AWS's "Actions, resources, and condition keys" for API Gateway Management, API Gateway Management V2, AppSync,
CloudFront, Certificate Manager, Route 53, WAF V2 and Elastic Load Balancing V2; "Managing access to AWS WAF resources"
for what associating a web ACL needs of the protected service.
"""

from __future__ import annotations

from collections.abc import Mapping

from release.adoption.scopes.naming import ACCOUNT, EITHER, Beside, Naming, each_of

_TREE = "API Gateway's own names carry no stack; all APIs of this account's regions are one resource tree"


def _tree(*places: str) -> Naming:
    return Naming("Apis", tuple(f"apigateway:*::/{place}" for place in (*places, "tags/*")), reason=_TREE)


_REST, _HTTP = _tree("restapis", "restapis/*"), _tree("apis", "apis/*")
_DOMAINS = _tree("domainnames", "domainnames/*")
_GRAPHQL_ARN, _GRAPHQL_REASON = ("appsync:*:${AWS::AccountId}:*",), "AppSync's own names carry no stack"
_GRAPHQL = Naming("GraphQL", _GRAPHQL_ARN, reason=_GRAPHQL_REASON)
_CLOUDFRONT = Naming("CloudFront", ("cloudfront::${AWS::AccountId}:*",), reason="CloudFront's own names are made up")
_RECORDS = Naming(
    "DnsRecords",
    ("route53:::hostedzone/*", "route53:::change/*"),
    actions=tuple(
        f"route53:{each}"
        for each in ("ChangeResourceRecordSets", "GetChange", "GetHostedZone", "ListResourceRecordSets")
    ),
    reason="a record has no name of its own in IAM, and its zone is not the stack's",
)
_BALANCING = Naming(
    "LoadBalancing",
    tuple(
        f"elasticloadbalancing:{ACCOUNT}{kind}/*"
        for kind in ("loadbalancer", "targetgroup", "listener", "listener-rule")
    ),
    beside=(
        Beside(
            "LoadBalancingNetworks",
            tuple(
                f"ec2:Describe{each}"
                for each in ("AccountAttributes", "InternetGateways", "SecurityGroups", "Subnets", "Vpcs")
            ),
        ),
    ),
    reason="names of 32 characters, in which the stack's is cut",
)


def _graphql(*actions: str) -> Naming:
    """Of a type that CloudFormation's published schemas leave out; the actions are those of AppSync's own calls."""
    return Naming("GraphQL", _GRAPHQL_ARN, actions=tuple(f"appsync:{each}" for each in actions), reason=_GRAPHQL_REASON)


_ASSOCIATION = ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource")


def _firewall(kind: str) -> Naming:
    return Naming("Firewalls", (f"wafv2:{ACCOUNT}*/{kind}/{{name}}/*",), "Name", EITHER)


SCOPES: Mapping[str, Naming] = {
    "AWS::ApiGateway::Account": _tree("account"),
    "AWS::ApiGateway::ApiKey": _tree("apikeys", "apikeys/*"),
    "AWS::ApiGateway::ClientCertificate": _tree("clientcertificates", "clientcertificates/*"),
    **each_of(
        _REST,
        "AWS::ApiGateway::",
        "Authorizer Deployment DocumentationPart DocumentationVersion GatewayResponse Method Model RequestValidator "
        "Resource RestApi Stage",
    ),
    **each_of(_DOMAINS, "AWS::ApiGateway::", "BasePathMapping BasePathMappingV2 DomainName DomainNameV2"),
    "AWS::ApiGateway::DomainNameAccessAssociation": _tree(
        "domainnameaccessassociations", "domainnameaccessassociations/*"
    ),
    **each_of(_tree("usageplans", "usageplans/*"), "AWS::ApiGateway::", "UsagePlan UsagePlanKey"),
    "AWS::ApiGateway::VpcLink": _tree("vpclinks", "vpclinks/*"),
    **each_of(
        _HTTP,
        "AWS::ApiGatewayV2::",
        "Api Authorizer Deployment Integration IntegrationResponse Model Route RouteResponse Stage",
    ),
    **each_of(_DOMAINS, "AWS::ApiGatewayV2::", "ApiMapping DomainName RoutingRule"),
    "AWS::ApiGatewayV2::VpcLink": _tree("vpclinks", "vpclinks/*"),
    **each_of(
        _GRAPHQL,
        "AWS::AppSync::",
        "Api ChannelNamespace DataSource DomainName DomainNameApiAssociation FunctionConfiguration GraphQLApi Resolver",
    ),
    "AWS::AppSync::ApiCache": _graphql("CreateApiCache", "DeleteApiCache", "GetApiCache", "UpdateApiCache"),
    "AWS::AppSync::ApiKey": _graphql("CreateApiKey", "DeleteApiKey", "ListApiKeys", "UpdateApiKey"),
    "AWS::AppSync::GraphQLSchema": _graphql("GetIntrospectionSchema", "GetSchemaCreationStatus", "StartSchemaCreation"),
    "AWS::CertificateManager::Certificate": Naming(
        "Certificates",
        (f"acm:{ACCOUNT}certificate/*",),
        beside=(
            Beside(
                "CertificateProof",
                ("route53:ChangeResourceRecordSets",),
                ("route53:::hostedzone/*",),
                "the record that proves a certificate's domain",
            ),
        ),
        reason="certificates have no names of their own, and a new one no tag yet",
    ),
    **each_of(
        _CLOUDFRONT,
        "AWS::CloudFront::",
        "CachePolicy CloudFrontOriginAccessIdentity Distribution Function KeyGroup KeyValueStore OriginAccessControl "
        "OriginRequestPolicy PublicKey ResponseHeadersPolicy",
    ),
    **each_of(_BALANCING, "AWS::ElasticLoadBalancingV2::", "Listener ListenerRule LoadBalancer TargetGroup"),
    **each_of(_RECORDS, "AWS::Route53::", "RecordSet RecordSetGroup"),
    "AWS::WAFv2::IPSet": _firewall("ipset"),
    "AWS::WAFv2::RegexPatternSet": _firewall("regexpatternset"),
    "AWS::WAFv2::RuleGroup": _firewall("rulegroup"),
    "AWS::WAFv2::WebACL": Naming(
        "Firewalls",
        tuple(
            f"wafv2:{ACCOUNT}*/{kind}/*"
            for kind in ("webacl", "managedruleset", "ipset", "rulegroup", "regexpatternset")
        ),
        reason="a web ACL is allowed on the rules that it uses too, which may be AWS's",
    ),
    "AWS::WAFv2::WebACLAssociation": Naming(
        "FirewallsInUse",
        (f"wafv2:{ACCOUNT}*/webacl/*",),
        actions=("wafv2:AssociateWebACL", "wafv2:GetWebACL"),
        beside=(
            Beside(
                "FirewalledApis",
                ("apigateway:SetWebACL", *(f"wafv2:{each}" for each in _ASSOCIATION)),
                ("apigateway:*::/restapis/*/stages/*",),
                "",
            ),
            Beside(
                "FirewalledPools",
                tuple(f"{service}:{each}" for service in ("cognito-idp", "wafv2") for each in _ASSOCIATION),
                (f"cognito-idp:{ACCOUNT}userpool/*",),
                "",
            ),
        ),
    ),
}
