"""Shapes of templates that strangers have, beside those of :mod:`tests.support.templates`: one of each kind."""

from __future__ import annotations

#: One image, three functions of it; an alias from Globals, the parameters of a release, no outputs of one.
SHARED = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  ImageUri: { Type: String }
  ReleaseVersion: { Type: String }
  GitSha: { Type: String }
Globals:
  Function: { AutoPublishAlias: live }
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: { PackageType: Image, ImageUri: !Ref ImageUri, ImageConfig: { Command: [app.api] } }
  WorkerFunction:
    Type: AWS::Serverless::Function
    Properties: { PackageType: Image, ImageUri: !Ref ImageUri, ImageConfig: { Command: [app.worker] } }
Outputs:
  ApiFunctionName: { Value: !Ref ApiFunction }
"""

#: What `sam build` reads, an HTTP API that SAM makes, and its address as an output of their own.
BUILT = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Events:
        Root: { Type: HttpApi }
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: ./app
      DockerTag: v1
Outputs:
  ApiUrl:
    Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/"
"""

#: A ZIP function beside an image, traffic that is shifted, a role of its own, a state machine.
BESIDE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  ImageUri: { Type: String }
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: !Ref ImageUri
      DeploymentPreference: { Type: AllAtOnce }
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ./authorizer, Handler: app.handler, Runtime: python3.13 }
  Work:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: { StartAt: One, States: { One: { Type: Pass, End: true } } }
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
"""

#: A choice of images, and settings that depend on parameters of every kind.
CHOICE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Image: { Type: String }
  Stage: { Type: String, AllowedValues: [live, test] }
  Subnets: { Type: "List<AWS::EC2::Subnet::Id>" }
  Groups: { Type: "List<AWS::EC2::SecurityGroup::Id>" }
Conditions:
  Ours: !Equals [!Ref Stage, live]
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: !If [Ours, !Ref Image, 012345678901.dkr.ecr.eu-west-1.amazonaws.com/theirs:1]
      MemorySize: !If [Ours, 512, 128]
      VpcConfig: { SubnetIds: !Ref Subnets, SecurityGroupIds: !Ref Groups }
"""

#: What two functions share by a YAML merge.
MERGED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  One:
    Type: AWS::Serverless::Function
    Metadata: &built {Dockerfile: Dockerfile, DockerContext: src}
    Properties: &base
      PackageType: Image
      MemorySize: 512
      Environment:
        Variables: {LEVEL: info}
  Two:
    Type: AWS::Serverless::Function
    Metadata: {<<: *built, DockerBuildTarget: two}
    Properties:
      <<: *base
      MemorySize: 1024
"""

#: CloudFormation's own function, no SAM at all.
RAW = """\
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      PackageType: Image
      Code: { ImageUri: ./service }
"""
