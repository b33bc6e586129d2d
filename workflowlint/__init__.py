"""The workflow files as values, the rules of this pipeline, and every linter of them. It needs no rehearsal.

==================  ==================================================================================================
``workflow``        a workflow file as values
``expressions``     the expressions that are settled before a job starts
``permissions``     what each job's token may do: the intersection of caller and called
``actions``         the third-party actions that may be used, each at one commit
``rules``           the project's own rules
``linters``         those rules and every other linter: ``python -m workflowlint``
==================  ==================================================================================================
"""
