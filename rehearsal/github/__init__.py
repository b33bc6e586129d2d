"""GitHub's side of a rehearsal: the project's workflow files, run on this machine as GitHub would start them.

``act`` runs the steps. What act ignores is decided here, in this order, and refused where GitHub would refuse:

==================  ==================================================================================================
``triggers``        which workflows an event starts: branch, tag and path filters, activity types
``inputs``          the inputs of a dispatch or of a call
``startup``         what is settled before a job starts: environment, permissions, OIDC subject, concurrency group
``concurrency``     who waits for whom, and who would be cancelled
``trust``           which role trusts which OIDC subject, read from pipeline.yaml
``backend``         a loopback server for the stand-ins of actions: tokens, roles, approvals, queues
``standins``        local actions in the place of the pinned third-party ones
``results``         per step: ran for real, stand-in, or not run
``runner``          one workflow run by act
``driver``          an event in, the results of every run it started out
==================  ==================================================================================================

Workflow files as values, and what a job's token may do, are :mod:`workflowlint`'s.
"""
