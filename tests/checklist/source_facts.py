"""What the four sources say, item by item, for test_sources.

A row: the item | words of its title | figures and terms in the item, whatever the case. Rows stand
in the order of the checklist; an indented line goes on with the row before it.
"""

LAUNCH = """
key-in-secret-manager | secret manager | AWS Secrets Manager; GCP Secret Manager; Vault; .env file
    committed to git; client bundle; developer tools
key-per-environment | separate keys | development; staging; production; budget cap; Console; $400
keys-rotated | rotate | schedule; every offboarding; team member leaves
retries-with-jitter | back off exponentially with jitter | 429 (rate limit); 529 (overloaded);
    official SDKs; twice by default; 4 to 6; full jitter; 408, 409; 400, 401, 403
hard-timeout | hard timeout | 60 to 120 s; Opus on a long context; every call; 600 s; 30 to 60 s
circuit-breaker | circuit breaker | more than 10%; more than 60 s; static fallback response;
    30 to 60 s; critical path; chat; agent; whole region; 529
idempotency-keys | idempotency key | side effect
max-tokens-per-call-type | max_tokens | 300 for chat; 1500 for code; 4000 for agents; default
    ceiling; iteration; depth; three layers; $400 in an hour
spend-alerts | daily and monthly | 50%, 80% and 100%; PagerDuty; Slack; three layers; Console
prompt-caching | reused system prompt | 1024 tokens; tool definition; 512; 2048; 4096; 5 minutes
per-user-rate-limits | per user | single account; run up the bill; three layers; own application
request-log-fields | every request is logged | model, input tokens, output tokens, cache-read
    tokens, latency, correlation ID
latency-and-spend-dashboards | p50, p95 and p99 | by model; total spend for each day; 20; 100
sampled-transcripts | prompts and responses | 1%; queried; offline evaluation; debugging
model-pinned | pinned version | claude-sonnet-4-6; claude-sonnet-4-6-20261001; most overlooked;
    full eval suite; format of the output; number of tokens; parsers; 4.6; documentation's example
eval-suite | 50 or more prompts | at least 50; accuracy; cost; every change of the model's version
input-and-output-validation | validated at the edge | malicious; schema; Pydantic; Zod; prompt
    again; fail closed
rollback-path | documented rollback | swap; disable Claude entirely; serve a fallback; outage
"""
PRODUCTION = """
key-in-secrets-manager | secrets manager | code; env file on a disk
key-not-from-development | never used in development | rotate the key; fresh key
server-side-only | only the server | client; browser; X-Api-Key; Authorization: Bearer
per-user-rate-limit | rate limit | each user
input-validation | validated for maximum length | filter on content; 4000 tokens; 100,000; 32 MB
injection-guardrails | guardrails against prompt injection | system prompt
calls-wrapped | wrapped in error handling | try/catch; every call
rate-limit-retried | RateLimitError (429) | backoff; retry-after; anthropic-ratelimit-*
overloaded-falls-back | OverloadedError (529) | fallback model; queue; overloaded_error
authentication-error-alerts | AuthenticationError (401) | alert the team; do not retry
invalid-request-fixed | InvalidRequestError (400) | log a 400; fix it; do not retry
network-errors-retried | network errors | backoff; 408, 409
request-ids-logged | request ID is logged for every error | support ticket; request-id; req_
user-facing-streams | client.messages.stream() | every response that a user watches
stream-errors-handled | broken and incomplete streams | connections that drop; message_stop
stop-reason-checked | stop_reason | end_turn; max_tokens; incomplete; refusal; pause_turn;
    stop_sequence; tool_use; model_context_window_exceeded
realistic-max-tokens | max_tokens to a realistic value | 4096; short answer
model-fits-task | model that fits | Haiku for simple; Sonnet for the balanced; 0.25; 1.25; $75
system-prompts-cached | system prompts that repeat | cache_control; 512; 1024; 2048; 4096
cost-per-request-logged | tokens and cost are logged | each request
spending-alerts | spending alerts | Anthropic Console; 50%, 80%, 100%
latency-tracked | time to first token and as total | TTFT
token-usage-tracked | input and output | each request
error-rates-dashboarded | error rates by error type | 429, 529; dashboard
status-page-monitored | status page | status.anthropic.com; status.claude.com
max-retries-set | maxRetries | default of 2; fine for most
timeout-configured | timeout option | use case; 600 s; 60 to 120 s; 30 to 60 s
client-reused | single client instance | not created for each request; 5 s
graceful-degradation | degrades gracefully | cached response; fallback
adversarial-tests | edge cases and adversarial | system prompt
output-validated | validated before users see it | parse JSON; length
retention-configured | data retention settings | Anthropic Console
no-unnecessary-pii | personal data | needs it
usage-policy-compliance | usage policy | Acceptable Use Policy
p95-acceptable | p95 latency | interface; 10 s
latency-paths-cached | latency-sensitive paths | prompt caching
parallel-requests | parallel | Promise.all
client-streaming-ui | streamed text | interface
"""
PLAYBOOK = """
task-model-map | model on purpose | claude-haiku-4-5; classification, extraction, simple questions;
    lowest; fastest; claude-sonnet-4-6; code, analysis, complex reasoning; claude-opus-4-6;
    architecture; nuanced judgement; long texts; highest; slowest; May 2026; classify; extract;
    summarize; translate; generate_code; analyze; review_architecture; complex_reasoning
small-model-first | small model first | 70 to 80%; deep reasoning; quality; 50% or more
router-default | unknown task type | Sonnet
models-pinned | pinned | claude-sonnet-4-6-20261001; claude-haiku-4-5-20251001; not an alias
model-ids-exist | exists | 404; 60 days; claude-sonnet-4-6-20261001
static-content-cached | cache marker | up to 90%; system prompts, reference documents, few-shot;
    50,000; ephemeral; code reviewer; max_tokens 1024; 512; 2048; 4096
cache-prefix-identical | identical | one different character
cache-kept-warm | warm | 5 minutes by default; 1 hour; steady traffic
cache-hits-watched | hit rate | cache_read_input_tokens; cache_creation_input_tokens; dashboard
retry-backoff | exponential backoff | 1, 2 and 4 seconds; 1 s, 2 s, 4 s; 429; 529; retry-after
retries-bounded | bounded | 3 retries; attempt number; warning; 12 calls
other-errors-rethrown | rethrown | status and message
batches-for-offline-work | Batches API | half the price; asynchronously; rate limit
spikes-queued | queue | BullMQ; Inngest; AWS SQS; 9 in the morning
headroom-monitored | headroom | x-ratelimit-*; anthropic-ratelimit-*; Console
user-facing-streamed | streamed | summaries, answers, code; max_tokens 2048; content_block_delta;
    text_delta; text/plain; charset=utf-8; Next.js
background-not-streamed | background jobs | where no user watches
stream-time-limit | time limit | 30 to 60 seconds; 60 to 120 seconds; 600; Mumbai
end-of-stream-signalled | end-of-stream | message_stop
documents-before-task | before the task | internal research; long documents; decisions; action
    items with; owners; open questions; meeting notes
output-schema-validated | schema | Zod; positive, negative or neutral; 0 to 1; reasoning;
    claude-haiku-4-5-20251001; max_tokens 256; outside the JSON object
reply-cleaned-before-parsing | code fences | with or without json; empty string
tools-for-complex-schemas | tool definitions | function calling; more reliable
key-server-side-only | on the server only | NEXT_PUBLIC_ANTHROPIC_KEY; ANTHROPIC_API_KEY; API
    route; server action
input-length-capped | 4,000 tokens | 16,000 characters; four characters a token; refused
injection-patterns-handled | injection patterns | [INST]; [/INST]; ###; System:; Human:; Assistant:
per-user-quota | request quota | Redis; database; even if Anthropic's own limits
eight-fields-logged | eight fields | userId, feature, model, inputTokens, outputTokens,
    cachedTokens, latencyMs, stopReason; cache_read_input_tokens, 0 when absent
cost-dashboard | cost per request | by model and by feature
p95-alert | p95 latency | above 10 seconds; non-streaming
error-rate-dashboard | 429s, 529s and timeouts | share of requests
stop-reasons-watched | stop reasons | end_turn; max_tokens; limit is too low
"""
ENGINEERING = """
request-errors-not-retried | without a retry | AuthenticationError (401); BadRequestError (400)
transient-errors-retried | are retried | RateLimitError (429); APIConnectionError; 408 and 409;
    InternalServerError; status of 500 or more; max_retries of 3; three attempts
backoff-with-jitter | jitter | 1.0 s; 1, 2 and 4 s; up to 10%; doubles
retry-after-obeyed | retry-after | computed delay; 429
last-error-raised | last error | exhausted; 3
errors-logged-by-level | fixed level | error: authentication failed, bad request; retries
    exhausted; warning: rate limited, connection error, server error; info
breaker-opens | opens | 5 failures; closed; open; half-open; lock; sets the count to 0; 10%
breaker-recovers | closes again | 60 s; 3 trial calls; one failure opens it again
limits-held-by-client | requests and tokens | 50 requests; 100,000 tokens a minute; 60 s; token
    bucket; 0 for "now"; locked
estimates-corrected | estimates | 4 characters a token; max_tokens; 1024; 1000; actual usage
structured-log-entry | ten fields | request_id, timestamp, model, input_tokens, output_tokens,
    latency_ms, status; error, user_id, metadata; anthropic.requests; success; unknown; UUID
totals-counted | totals | total_requests, successful_requests, failed_requests,
    total_input_tokens, total_output_tokens, total_latency_ms; avg_latency_ms; success_rate;
    Prometheus, DataDog
prometheus-metrics | four Prometheus metrics | unknown; finally; input, output; success, error
cost-recorded | by model and by user | timestamp, model, input_tokens, output_tokens, cost,
    user_id, request_type; 30 days; period_days, total_requests, total_cost, total_input_tokens,
    total_output_tokens, cost_by_model, avg_cost_per_request
prices-current | price table | claude-opus-4-20250514 | 15 / 75; claude-sonnet-4-20250514 | 3 / 15;
    claude-3-5-haiku-20241022 | 0.25 / 1.25; per million tokens; unknown model
budget-enforced | budget | last 30 days; both figures; 50, 80 and 100%
simple-tasks-downgraded | small model | translate; summarize briefly; yes or no; single word; one
    sentence; classify; claude-3-5-haiku-20241022; without regard to case
max-tokens-reduced | short answer | 2048; 1024; 4096; brief; concise; short; one; single;
    summarize; list 3; list 5
long-inputs-truncated | most recent | 50,000 characters; "..."; newest backwards
key-from-store | secure store | environment variable ANTHROPIC_API_KEY; keyring (service anthropic,
    entry api_key); encrypted file; environment variable, system keyring, encrypted file
key-files-protected | readable by their owner only | Fernet; ~/.anthropic/key.enc;
    ~/.anthropic/master.key; 0600; 0700
inputs-bounded | 100,000 characters | null bytes
suspicious-patterns-logged | suspicious patterns | ignore (previous|all|above) instructions;
    disregard (previous|all|above); new instructions:; system prompt:; <\\|.*\\|>; warning; blocks
load-spread-over-keys | several keys | round robin (the default), random, or the first key
health-endpoint | health endpoint | /health; healthy; unhealthy; latency_ms; timestamp; "Hi";
    max_tokens 10; claude-3-5-haiku-20241022; GET /v1/models?limit=1; count_tokens
live-and-ready | liveness and readiness | /health/live; /health/ready; alive; not ready; 503;
    Kubernetes
six-stages | six stages | context bootstrap; input normalisation; core execution; policy and safety
    checks; output composition; operational telemetry; arguments (kwargs), time, and the client
core-logic-decoupled | one implementation path | interface
changes-reversible | way back | number
patterns-checked-at-source | SDK's source | Python SDK; TypeScript SDK; docs.anthropic.com; run
    time
"""
