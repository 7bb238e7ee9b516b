package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// contextFuncs returns the functions that the binder answers from what it knows of the query.
func contextFuncs() []Func {
	return []Func{
		{
			Name: "cluster",
			Doc:  "Names a remote cluster.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "database",
			Doc:  "Names a database.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "table",
			Doc:  "Names a table by a string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "query_data_scope", Types: []types.Type{types.String}, Max: 1, Const: true},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "external_table",
			Doc:  "Names an external table.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "mapping", Types: []types.Type{types.String}, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "max_age", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "materialized_view",
			Doc:  "Names a materialized view.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "max_age", Types: []types.Type{types.TimeSpan}, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "entity_group",
			Doc:  "Names an entity group.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "stored_query_result",
			Doc:  "Names a stored query result.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "index", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "table_name", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "graph",
			Doc:  "Names a graph.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "snapshot", Types: []types.Type{types.String}, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "volatile", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Unknown}},
			},
			Context: true,
		},
		{
			Name: "column_ifexists",
			Doc:  "Returns the column of that name, or the default expression where there is none.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column_name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "defaultValue", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: SecondArg}},
			},
			Naming:  FirstArgValue,
			Context: true,
		},
		{
			Name: "columnifexists",
			Doc:  "Returns the column of that name, or the default expression where there is none.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column_name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "defaultValue", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: SecondArg}},
			},
			Naming:   FirstArgValue,
			Obsolete: "column_ifexists",
			Hidden:   true,
			Context:  true,
		},
		{
			Name: "iscolumnexists",
			Doc:  "Reports whether the input has a column of that name.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column_name", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Hidden:  true,
			Context: true,
		},
		{
			Name: "ingestion_time",
			Doc:  "Returns when the row was ingested.",
			Sigs: []Sig{
				{Ret: Return{Type: types.DateTime}},
			},
			Naming:  PrefixOnly,
			Prefix:  "$IngestionTime",
			Context: true,
		},
		{
			Name: "cursor_after",
			Doc:  "Reports whether the row was ingested after the cursor.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "cursor", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Context: true,
		},
		{
			Name: "cursor_before_or_at",
			Doc:  "Reports whether the row was ingested up to the cursor.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "cursor", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Context: true,
		},
		{
			Name: "cursor_current",
			Doc:  "Returns the current cursor of the database.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "current_cursor",
			Doc:  "Returns the current cursor of the database.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Obsolete: "cursor_current",
			Hidden:   true,
			Context:  true,
		},
		{
			Name: "current_cluster_endpoint",
			Doc:  "Returns the endpoint of the cluster.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "current_database",
			Doc:  "Returns the name of the database in scope.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "current_principal",
			Doc:  "Returns who runs the query.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "current_principal_details",
			Doc:  "Returns a bag that describes who runs the query.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "current_principal_is_member_of",
			Doc:  "Reports whether who runs the query belongs to one of the groups.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "group", Kind: StringOrArray, Min: 1, Max: 64},
				}, Ret: Return{Type: types.Bool}},
			},
			Context: true,
		},
		{
			Name: "extent_id",
			Doc:  "Returns the identifier of the shard that holds the row.",
			Sigs: []Sig{
				{Ret: Return{Type: types.GUID}},
			},
			Context: true,
		},
		{
			Name: "extentid",
			Doc:  "Returns the identifier of the shard that holds the row.",
			Sigs: []Sig{
				{Ret: Return{Type: types.GUID}},
			},
			Obsolete: "extent_id",
			Hidden:   true,
			Context:  true,
		},
		{
			Name: "extent_tags",
			Doc:  "Returns the tags of the shard that holds the row.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "current_node_id",
			Doc:  "Returns the node that computes the row.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Hidden:  true,
			Context: true,
		},
		{
			Name: "row_id",
			Doc:  "Returns an identifier of the row.",
			Sigs: []Sig{
				{Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "rowstore_ordinal_range",
			Doc:  "Returns the row store's ordinal range.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Dynamic}},
			},
			Hidden:  true,
			Context: true,
		},
		{
			Name: "column_names_of",
			Doc:  "Returns the names of the columns of a table.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "table", Kind: Tabular, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "all",
			Doc:  "Reports whether a condition holds for every element of a graph pattern.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "pattern_element", Kind: Scalar, Min: 1, Max: 1, Const: true},
					{Name: "expression", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Context: true,
		},
		{
			Name: "any",
			Doc:  "Reports whether a condition holds for one element of a graph pattern.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "pattern_element", Kind: Scalar, Min: 1, Max: 1, Const: true},
					{Name: "expression", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Context: true,
		},
		{
			Name: "map",
			Doc:  "Returns an expression's value for each element of a graph pattern.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "pattern_element", Kind: Scalar, Min: 1, Max: 1, Const: true},
					{Name: "expression", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "inner_nodes",
			Doc:  "Returns the inner nodes of a variable length edge.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "edge", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "node_id",
			Doc:  "Returns the identifier of a graph node.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "node", Kind: Scalar, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Context: true,
		},
		{
			Name: "node_degree_in",
			Doc:  "Returns the number of edges into a graph node.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "node", Kind: Scalar, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Context: true,
		},
		{
			Name: "node_degree_out",
			Doc:  "Returns the number of edges out of a graph node.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "node", Kind: Scalar, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Context: true,
		},
		{
			Name: "labels",
			Doc:  "Returns the labels of a graph element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "pattern_element", Kind: Scalar, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Context: true,
		},
		{
			Name: "__invoke",
			Doc:  "Calls a function by its name.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "name", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "type", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
					{Name: "arg", Kind: Any, Max: Unbounded},
				}, Ret: Return{Rule: TypeArg}},
			},
			Hidden:  true,
			Context: true,
		},
		{
			Name: "__cast",
			Doc:  "Converts a value to the named type.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "type", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: TypeArg}},
			},
			Hidden:  true,
			Context: true,
		},
	}
}
