package schema

import "github.com/azflow/azflow/kql/types"

func ingestErrors() Table {
	return Table{
		Name:       "IngestErrors",
		Doc:        "Input that was refused, with place and reason.",
		TimeColumn: "Time",
		Version:    1,
		Columns: []Column{
			{Name: "Time", Type: types.DateTime, Source: Ingest, ECS: "@timestamp", Doc: "When the input was refused."},
			{Name: "BlobId", Type: types.String, Source: Ingest, Doc: "Identity of the blob, as in Flows."},
			{Name: "RecordOrdinal", Type: types.Long, Source: Ingest, Optional: true, Doc: "Position of the record in its blob; null if the whole blob was refused."},
			{Name: "TupleOrdinal", Type: types.Long, Source: Ingest, Optional: true, Doc: "Position of the tuple in its blob; null if a whole record or the blob was refused."},
			{Name: "Kind", Type: types.String, Source: Ingest, Doc: "What was refused: blob, record, tuple, or message of a queue."},
			{Name: "Reason", Type: types.String, Source: Ingest, ECS: "error.message", Doc: "Why it was refused."},
			{Name: "Raw", Type: types.String, Source: Ingest, ECS: "event.original", Doc: "The refused text, its first 4 KiB."},
			{Name: "Retried", Type: types.Bool, Source: Ingest, Doc: "Whether it was read once more since."},
		},
	}
}
