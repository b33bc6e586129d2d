"""Small SAM templates as teams write them, and the images that builds of them make."""

from __future__ import annotations

from release.completion.complete import Wanted, completed
from release.completion.inferred import inferred
from release.settings.images import ImageSpec

#: SAM's own way: nothing names a parameter, a version or an alias.
METADATA = """\
# Ours since 2023.
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31

Globals:
  Function:
    Timeout: 15 # seconds

# What there is.
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1}
  DetectFunction:
    Type: AWS::Serverless::Function
    Properties:
      # Always an image.
      PackageType: Image
      Description: |
        Detects.
          # no comment
      Environment:
        Variables:
          MODELS: !Sub "${Models.Arn}/x"
      Events:
        Any: {Type: Api, Properties: {RestApiId: !Ref Api, Path: "/{proxy+}", Method: any}}
        Night: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: ./detect
      DockerTag: latest
      DockerBuildTarget: serve
      DockerBuildArgs: {FLAVOUR: small}
  Models:
    Type: AWS::S3::Bucket
"""

#: The same in JSON, with tabs nowhere and everything in flow style.
JSON = """\
{
  "Transform": "AWS::Serverless-2016-10-31",
  "Resources": {
    "Worker": {
      "Type": "AWS::Serverless::Function",
      "Properties": {
        "PackageType": "Image",
        "ImageUri": {"Fn::Sub": "nobody/knows:latest"}
      },
      "Metadata": {"Dockerfile": "Dockerfile", "DockerContext": "worker"}
    }
  }
}
"""

#: Parameters and an alias of their own, three functions on one image, a ZIP beside them.
PARAMETER = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Image: { Type: String }
  Subnets: { Type: "List<AWS::EC2::Subnet::Id>" }
  Keep: { Type: Number, Default: 7 }
  Stage: { Type: String }
Conditions:
  IsLive: !Equals [!Ref Stage, live]
Globals:
  Function: { AutoPublishAlias: current }
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: { PackageType: Image, ImageUri: !Ref Image, VpcConfig: { SubnetIds: !Ref Subnets } }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      MemorySize: !If [IsLive, 512, 128]
      ImageUri:
        Ref: Image
  Zip:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ./zip, Handler: app.handler, Runtime: python3.13 }
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { RetentionInDays: !Ref Keep }
  MyRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
Outputs:
  Name: { Value: !Ref Zip }
"""
TEMPLATES = {"metadata": METADATA, "json": JSON, "parameter": PARAMETER}


def image(name: str, parameter: str, dockerfile: str = "Dockerfile", context: str = ".") -> ImageSpec:
    """An image of release.toml."""
    return ImageSpec(name, f"app/{name}", dockerfile, context, "", (context,), parameter)


def wanted(text: str, *explicit: ImageSpec, alias: str = "live") -> Wanted:
    """What release.toml says with ``explicit`` images and the ones that the template describes."""
    images = {each.name: each for each in explicit}
    tables = {name: {"parameter": each.parameter} for name, each in images.items()}
    for each in inferred("template.yaml", lambda _: text.encode(), tables):
        build = each.build
        images[each.name] = ImageSpec(
            *(each.name, f"app/{each.name}", build.dockerfile, build.context, build.target, (build.context,)),
            parameter=each.parameter,
            args=build.args,
        )
    return Wanted(images, alias)


def copy_of(text: str, *explicit: ImageSpec, alias: str = "live") -> str:
    """The copy that is deployed."""
    return completed(text.encode(), "template.yaml", wanted(text, *explicit, alias=alias)).decode()
