"""Names by which the field's tools and tables call the columns of a log, each list from the surest on."""

from __future__ import annotations

_NAMES = """
ids: id prediction_id request_id inference_id event_id row_id record_id transaction_id score_id uuid guid key pk index
times: ts timestamp time prediction_time prediction_ts prediction_timestamp predicted_at scored_at event_time event_ts
    event_timestamp request_time inference_time datetime date_time created_at created date day
ingests: ingest_ts ingest_time ingest_timestamp ingested_at ingestion_time ingestion_ts received_at received_ts
    logged_at log_time log_ts written_at inserted_at loaded_at load_ts visible_at arrived_at arrival_ts processed_at
    updated_at created_at
versions: model_version version model_id model_name model_release release model_tag
hosts: host hostname host_name serving_host pod pod_name instance instance_id server node worker replica machine
    container
predictions: prediction predicted y_pred y_hat yhat pred predicted_label predicted_class predicted_value
    prediction_label decision decided forecast estimate output
scores: score y_pred_proba y_score probability proba prob pred_proba prediction_score prediction_probability
    prediction_proba predicted_probability predicted_proba model_score y_proba y_prob likelihood p
labels: label y_true target actual ground_truth truth true_label actual_label label_value actual_value true_value
    outcome y
label_times: label_ts label_time label_timestamp labelled_at labeled_at label_date actual_ts actual_time target_ts
    target_time outcome_ts outcome_time truth_time known_at resolved_at
"""


def _lists(text: str) -> dict[str, tuple[str, ...]]:
    """One list a name and a colon, over as many lines as it takes."""
    lists: dict[str, tuple[str, ...]] = {}
    current = ""
    for word in text.split():
        if word.endswith(":"):
            current = word[:-1]
        else:
            lists[current] = (*lists.get(current, ()), word)
    return lists


_LISTS = _lists(_NAMES)
#: What tells predictions apart.
IDS = _LISTS["ids"]
#: When a prediction was made.
TIMES = _LISTS["times"]
#: When a row became visible.
INGESTS = _LISTS["ingests"]
#: Which version of the model answered.
VERSIONS = _LISTS["versions"]
#: Which machine answered.
HOSTS = _LISTS["hosts"]
#: What was decided.
PREDICTIONS = _LISTS["predictions"]
#: What it was decided from.
SCORES = _LISTS["scores"]
#: The truth.
LABELS = _LISTS["labels"]
#: When the truth became known.
LABEL_TIMES = _LISTS["label_times"]
