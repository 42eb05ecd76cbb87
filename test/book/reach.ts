import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** A top-level declaration of a module. */
export interface Declared {
  readonly file: string
  readonly name: string
}

interface Module {
  /** Top-level declarations by name. */
  readonly declared: ReadonlyMap<string, ts.Node>
  /** Imported names: the file that they come from, and what it calls them; `*` for the whole module. */
  readonly imported: ReadonlyMap<string, Declared>
  /** The module, and its statements that are no declarations: calls of `behaviour`, loops over tables of them. */
  readonly source: ts.SourceFile
  readonly statements: readonly ts.Node[]
}

const root = path.join(import.meta.dirname, '../..')
const probeFile = path.join(root, 'helpers/node/createNodeProbe.ts')
const modules = new Map<string, Module>()

/**
 * Everything of helpers/ and specs/ that a check comes to, read from the text of its spec file and of what that imports: a check that names a function is taken to
 * call it. What a check asks of the node probe is followed into the probe's own functions.
 */
export function reachOf(file: string, id: string): Declared[] {
  const { source, statements } = moduleOf(file)
  const call = statements.find((statement) => says(statement, id)) ?? source
  const found = new Map<string, Declared>()
  const pending: { file: string; node: ts.Node }[] = [{ file, node: call }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const each of namedIn(next.file, next.node)) {
      const key = `${each.file}#${each.name}`
      if (found.has(key)) continue
      found.set(key, each)
      const node = each.file === probeFile ? memberOfProbe(each.name) : moduleOf(each.file).declared.get(each.name)
      if (node) pending.push({ file: each.file, node })
    }
  }
  return [...found.values()]
}

/** What the text below a node names of its own module and of those that it imports. */
function namedIn(file: string, node: ts.Node): Declared[] {
  const { declared, imported } = moduleOf(file)
  const found: Declared[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isTypeNode(at)) return
    if (ts.isPropertyAccessExpression(at)) {
      const whole = ts.isIdentifier(at.expression) ? imported.get(at.expression.text) : undefined
      if (whole?.name === '*') found.push({ file: whole.file, name: at.name.text })
      if (asksProbe(at) && probeMembers().has(at.name.text)) found.push({ file: probeFile, name: at.name.text })
      visit(at.expression)
      return
    }
    if (ts.isPropertyAssignment(at)) {
      visit(at.initializer)
      return
    }
    if (ts.isIdentifier(at)) {
      const from = imported.get(at.text)
      if (from && from.name !== '*') found.push(from)
      else if (declared.has(at.text) && declared.get(at.text) !== node) found.push({ file, name: at.text })
      else if (file === probeFile && probeMembers().has(at.text)) found.push({ file, name: at.text })
    }
    ts.forEachChild(at, visit)
  }
  visit(node)
  return found
}

/** `node.sandbox`, `probe.kvm`, `each.containerd`: by what checks call the probe. */
const asksProbe = ({ expression }: ts.PropertyAccessExpression): boolean =>
  /^(context\.)?(node|probe|each|host)$/.test(expression.getText())

const memberOfProbe = (name: string): ts.Node | undefined =>
  probeMembers().get(name) ?? moduleOf(probeFile).declared.get(name)

let members: ReadonlyMap<string, ts.Node> | undefined

/** The methods of the object that createNodeProbe returns. */
function probeMembers(): ReadonlyMap<string, ts.Node> {
  if (members) return members
  const found = new Map<string, ts.Node>()
  const create = moduleOf(probeFile).declared.get('createNodeProbe') as ts.FunctionDeclaration
  const made = create.body?.statements.find(ts.isReturnStatement)?.expression as ts.ObjectLiteralExpression
  for (const property of made.properties) if (property.name) found.set(property.name.getText(), property)
  // What the methods share is written above them, in the same function.
  for (const statement of create.body?.statements ?? []) {
    if (ts.isFunctionDeclaration(statement) && statement.name) found.set(statement.name.text, statement)
    if (ts.isVariableStatement(statement))
      for (const each of statement.declarationList.declarations)
        for (const name of namesOf(each.name)) if (!found.has(name)) found.set(name, each)
  }
  return (members = found)
}

function moduleOf(file: string): Module {
  const known = modules.get(file)
  if (known) return known
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const declared = new Map<string, ts.Node>()
  const imported = new Map<string, Declared>()
  const statements: ts.Node[] = []
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) addImports(file, statement, imported)
    else if (ts.isVariableStatement(statement))
      for (const each of statement.declarationList.declarations)
        for (const name of namesOf(each.name)) declared.set(name, each)
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) declared.set(statement.name.text, statement)
    } else statements.push(statement)
  }
  const made = { declared, imported, source, statements }
  modules.set(file, made)
  return made
}

const namesOf = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((each) => (ts.isOmittedExpression(each) ? [] : namesOf(each.name)))

function addImports(file: string, { importClause, moduleSpecifier }: ts.ImportDeclaration, to: Map<string, Declared>) {
  const specifier = (moduleSpecifier as ts.StringLiteral).text
  if (!specifier.startsWith('.') || importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return
  const target = path.join(path.dirname(file), specifier)
  const bindings = importClause?.namedBindings
  if (!bindings || !existsSync(target)) return
  if (ts.isNamespaceImport(bindings)) to.set(bindings.name.text, { file: target, name: '*' })
  else
    for (const each of bindings.elements)
      if (!each.isTypeOnly) to.set(each.name.text, { file: target, name: (each.propertyName ?? each.name).text })
}

/** Whether the id is written in the statement. A table of ids is a declaration: what declares its behaviours comes to all of the file. */
function says(statement: ts.Node, id: string): boolean {
  const visit = (at: ts.Node): boolean =>
    (ts.isStringLiteral(at) && at.text === id) || ts.forEachChild(at, visit) === true
  return visit(statement)
}
