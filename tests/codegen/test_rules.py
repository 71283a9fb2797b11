"""Rules for descriptions: one small valid document, and for each rule what breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import yaml

from qredo_codegen import _rules_described, _rules_extensions, _rules_operations, _rules_schemas
from qredo_codegen._document import tokens
from qredo_codegen._rules import Problem, check_described, check_generable, validate

BASE = """
openapi: 3.0.3
info: {title: Things, version: 1.0.0, description: An API for things.}
servers:
  - {url: https://api.example.com/v1, x-name: production, description: The real one.}
security: [{key: [], signature: []}]
tags: [{name: thing, description: Things.}]
paths:
  /things:
    get:
      operationId: thing_search
      tags: [thing]
      summary: Search.
      description: Search things.
      x-pagination: {items: things, offset: offset, limit: limit, page_size: 10}
      parameters:
        - {name: offset, in: query, description: Rows to skip., schema: {type: integer}}
        - {name: limit, in: query, description: Rows at most., schema: {type: integer}}
        - {name: kind, in: query, description: Only these., schema: {$ref: '#/components/schemas/Kind'}}
      responses:
        '200':
          description: Found.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Things'}
              example: {things: [{id: a, amount: 3, kind: soft, owner: null, part: b}]}
        default: {$ref: '#/components/responses/Error'}
    post:
      operationId: thing_create
      tags: [thing]
      summary: Create.
      description: Create a thing.
      x-idempotency-key: partner_key
      x-outcome: thing_get
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
            examples: {plain: {value: {kind: hard, partner_key: x}}}
      responses:
        '200':
          description: Made.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '202':
          description: Will be made.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default: {$ref: '#/components/responses/Error'}
  /things/{thing_id}:
    parameters:
      - {$ref: '#/components/parameters/ThingId'}
    get:
      operationId: thing_get
      tags: [thing]
      summary: Get.
      description: Get a thing.
      responses:
        '200':
          description: It.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default: {$ref: '#/components/responses/Error'}
    delete:
      operationId: thing_remove
      tags: [thing]
      summary: Remove.
      description: Remove a thing.
      x-idempotent: true
      responses:
        '204': {description: Gone.}
        default: {$ref: '#/components/responses/Error'}
  /things/feed:
    x-websocket:
      name: things
      summary: Feed.
      description: News of things.
      security: [{key: [], signature: []}]
      message: {$ref: '#/components/schemas/News'}
    get:
      operationId: thing_open_feed
      tags: [thing]
      summary: Feed.
      description: Open the feed.
      responses:
        '101': {description: Switched.}
        default: {$ref: '#/components/responses/Error'}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: x-api-key, description: The key.}
    signature:
      type: apiKey
      in: header
      name: x-sign
      description: The signature.
      x-signature: {algorithm: RSASSA, encoding: base64url, signs: [url, body]}
  parameters:
    ThingId: {name: thing_id, in: path, required: true, description: Which., schema: {type: string}}
  responses:
    Error:
      description: It failed.
      headers: {x-request: {schema: {type: string}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Error:
      type: object
      description: What went wrong.
      properties:
        code: {type: integer, description: Number.}
    Kind:
      type: string
      description: Kinds of things.
      x-known-values: [soft, hard, '']
      x-enum-varnames: [SOFT, HARD, NONE]
    Status:
      type: string
      description: States.
      enum: [new, old]
    NewThing:
      type: object
      description: A thing to be.
      required: [kind]
      properties:
        kind: {$ref: '#/components/schemas/Kind'}
        partner_key: {type: string, description: Key.}
    Thing:
      type: object
      description: A thing.
      example: {id: a, amount: 3, labels: {b: c}}
      required: [id]
      properties:
        id: {type: string, description: Its id.}
        amount: {type: integer, format: int64, description: Base units.}
        kind: {$ref: '#/components/schemas/Kind'}
        status: {description: Its state., allOf: [{$ref: '#/components/schemas/Status'}]}
        owner: {description: Its owner., nullable: true, allOf: [{$ref: '#/components/schemas/Owner'}]}
        labels: {type: object, description: Free text by name., additionalProperties: {type: string}}
        part:
          description: A name, or a thing.
          oneOf: [{type: string}, {$ref: '#/components/schemas/Owner'}]
    Owner:
      type: object
      description: Who has it.
      properties:
        name: {type: string, description: Name.}
    Things:
      type: object
      description: Some.
      properties:
        things: {type: array, description: All., items: {$ref: '#/components/schemas/Thing'}}
    News:
      type: object
      description: Something happened.
      properties:
        text: {type: string, description: What.}
"""
