package plugin

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// foreignPlugins run code of another language, or ask something outside the
// database. They are bound, so that queries meant for a cluster can be checked,
// but not run. Source: Microsoft's catalogue and what its binder says of their
// columns.
func foreignPlugins() []Plugin {
	request := func(name, text, what string) Plugin {
		return Plugin{
			Name: name, foreign: what, source: true,
			Params: []Param{
				{Name: "connection_string", Kind: String, Min: 1},
				{Name: text, Kind: String, Min: 1},
				{Name: "sql_parameters", Kind: Bag},
				{Name: "options", Kind: Bag},
			},
			columns: unknownColumns,
		}
	}
	script := func(name string, artifacts ...Param) Plugin {
		return Plugin{
			Name: name, foreign: "code in another language", source: true,
			Params: append([]Param{
				{Name: "OutputSchema", Kind: Schema, Min: 1}, {Name: "Script", Kind: String, Min: 1}, {Name: "Arguments", Kind: Bag},
			}, artifacts...),
			columns: scriptColumns,
		}
	}
	model := func(name, subject string, kind Kind, suffix string, t types.Type) Plugin {
		return Plugin{
			Name: name, foreign: "a language model", source: true,
			Params: []Param{
				{Name: subject, Kind: kind, Min: 1},
				{Name: "ConnectionString", Kind: String, Min: 1},
				{Name: "Options", Kind: Bag},
				{Name: "IncludeErrorMessages", Kind: Bool},
			},
			columns: func(c *call) ([]bind.Column, bool) { return modelColumns(c, subject, suffix, t), false },
		}
	}
	fixed := func(name, what string, params []Param, columns map[string]types.Type, order ...string) Plugin {
		return Plugin{Name: name, foreign: what, source: true, Params: params, columns: func(c *call) ([]bind.Column, bool) {
			var out []bind.Column
			for _, n := range order {
				out = append(out, c.column(n, columns[n]))
			}
			return out, false
		}}
	}
	answer := map[string]types.Type{"ResponseHeaders": types.Dynamic, "ResponseBody": types.Dynamic}
	uri := []Param{{Name: "Uri", Kind: String, Min: 1}, {Name: "RequestHeaders", Kind: Bag}, {Name: "Options", Kind: Bag}}
	return []Plugin{
		script("python", Param{Name: "Artifacts", Kind: Bag}),
		script("r"),
		script("csharp"),
		request("sql_request", "sql_query", "another server"),
		request("mysql_request", "sql_query", "another server"),
		request("postgresql_request", "sql_query", "another server"),
		request("cosmosdb_sql_request", "sql_query", "another server"),
		request("dax_request", "dax_query", "another server"),
		{
			Name: "azure_digital_twins_query_request", foreign: "another server", source: true,
			Params:  []Param{{Name: "endpoint", Kind: String, Min: 1}, {Name: "sql_query", Kind: String, Min: 1}},
			columns: unknownColumns,
		},
		{
			Name: "execute_show_command", foreign: "another cluster", source: true,
			Params:  []Param{{Name: "connection_string", Kind: String, Min: 1}, {Name: "command", Kind: String, Min: 1}},
			columns: unknownColumns,
		},
		{
			Name: "execute_query", foreign: "another cluster", source: true,
			Params:  []Param{{Name: "connection_string", Kind: String, Min: 1}, {Name: "query", Kind: String, Min: 1}},
			columns: unknownColumns,
		},
		fixed("http_request", "the network", uri, answer, "ResponseHeaders", "ResponseBody"),
		fixed("http_request_post", "the network", append(slices.Clone(uri), Param{Name: "Content", Kind: String}), answer, "ResponseHeaders", "ResponseBody"),
		fixed("infer_storage_schema", "the network", []Param{{Name: "Options", Kind: Bag, Min: 1}},
			map[string]types.Type{"CslSchema": types.String}, "CslSchema"),
		fixed("infer_storage_schema_with_suggestions", "the network", []Param{{Name: "Options", Kind: Bag, Min: 1}},
			map[string]types.Type{"SuggestedTableSchema": types.String}, "SuggestedTableSchema"),
		model("ai_embeddings", "Text", Scalar, "_embeddings", types.Dynamic),
		model("ai_embed_text", "Text", Scalar, "_embedding", types.Dynamic),
		model("ai_chat_completion", "Prompt", Scalar, "_completion", types.String),
		model("ai_chat_completion_prompt", "Prompt", String, "_completion", types.String),
	}
}

func unknownColumns(*call) ([]bind.Column, bool) { return nil, true }

// scriptColumns are those of typeof(…), a star in it for the input's.
func scriptColumns(c *call) ([]bind.Column, bool) {
	for _, a := range c.get("OutputSchema") {
		if t, ok := a.expr.(*ast.TypeOf); ok {
			var out []bind.Column
			if t.Star {
				out = c.fresh(c.in.Columns)
			}
			return append(out, c.b.Declared(t.Columns)...), false
		}
	}
	return nil, true
}

// modelColumns are the input's and the answer, named after what was asked.
func modelColumns(c *call, subject, suffix string, t types.Type) []bind.Column {
	out := c.fresh(c.in.Columns)
	for _, a := range c.get(subject) {
		name, _ := c.b.Name(a.expr)
		out = append(out, c.column(name+suffix, t))
		for _, e := range c.get("IncludeErrorMessages") {
			if k, ok := e.value.Constant(); ok && k == true {
				out = append(out, c.column(name+suffix+"_error", types.String))
			}
		}
	}
	return out
}

// foreign returns the table that stands for what a foreign plugin gives.
func (c *call) foreign(cols []bind.Column, open bool) *bind.Table {
	t := c.b.Elsewhere(bind.Missing{
		At: c.e.Name.Span(), Code: "KS125", Msg: "The plug-in function '" + c.plugin.Name + "' is not enabled.",
		Hint: "it needs " + c.plugin.foreign + ", which azflow does not ask",
		What: "the plugin " + c.plugin.Name,
	})
	if t.Failed {
		return t
	}
	t.Columns, t.Open = cols, open
	t.Node = &plan.Foreign{What: "the plugin " + c.plugin.Name, Cols: bind.PlanColumns(cols)}
	return t
}
