// Answers, for each line {"query": …} on stdin, what Microsoft's KQL language service finds in the query.
// The environment variable KUSTO_LS_DIR names the folder of the npm package @kusto/language-service-next.
// The first line is the schema: {"tables": {name: {column: type}}, "functions": [{"name", "params", "body"}]}.
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import vm from 'node:vm'

for (const file of ['bridge.js', 'Kusto.Language.Bridge.js'])
  vm.runInThisContext(fs.readFileSync(path.join(process.env.KUSTO_LS_DIR, file), 'utf8'), {filename: file})
const {GlobalState, KustoCode, Symbols} = Kusto.Language

const items = list => (list == null ? [] : Bridge.toArray(list))

function globalsOf(schema) {
  const members = []
  for (const [name, columns] of Object.entries(schema.tables ?? {})) {
    const declared = typeof columns === 'string' ? columns
      : '(' + Object.entries(columns).map(([column, type]) => `['${column.replaceAll("'", "\\'")}']:${type}`).join(',') + ')'
    members.push(new Symbols.TableSymbol.$ctor7(name, declared, ''))
  }
  for (const f of schema.functions ?? [])
    members.push(new Symbols.FunctionSymbol.$ctor16(f.name, f.params ?? '()', f.body, ''))
  const database = new Symbols.DatabaseSymbol.$ctor3(schema.database ?? 'db', null, members, false)
  const cluster = new Symbols.ClusterSymbol.ctor('cluster', [database])
  return GlobalState.Default.WithCluster(cluster).WithDatabase(database)
}

function answer(query, globals) {
  const code = KustoCode.ParseAndAnalyze(query, globals)
  const result = code.ResultType
  return {
    syntaxOK: !items(code.GetSyntaxDiagnostics()).some(d => d.Severity === 'Error'),
    diagnostics: items(code.GetDiagnostics()).map(d => ({code: d.Code, severity: d.Severity, message: d.Message, start: d.Start, length: d.Length})),
    columns: result && result.Columns ? items(result.Columns).map(c => ({name: c.Name, type: c.Type.Name})) : null,
    scalar: result && !result.Columns ? result.Name : '',
  }
}

let globals
for await (const line of readline.createInterface({input: process.stdin})) {
  const request = JSON.parse(line)
  if (!globals) {
    globals = globalsOf(request)
    continue
  }
  let reply
  try {
    reply = answer(request.query, request.schema ? globalsOf(request.schema) : globals)
  } catch (err) {
    reply = {failure: String(err?.stack ?? err)}
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}
