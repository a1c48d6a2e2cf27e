/** The symbols that one statement declares, with their signatures and the first sentence of their doc comments. */
import ts from 'typescript';

/** One symbol that a module declares. */
export interface ModuleSymbol {
  readonly name: string;
  /** One line, with the word for its kind: `function read(path: string): string`. */
  readonly signature: string;
  /** Markdown; '' without a doc comment. */
  readonly summary: string;
}

const MOST_CHARACTERS = 240;
const printer = ts.createPrinter({ removeComments: true });

/** What a statement declares: nothing for most, several for one of variables. What is marked as internal is left out. */
export function declaredSymbols(statement: ts.Statement): readonly ModuleSymbol[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(variableSymbols);
  if (ts.isExportAssignment(statement)) return symbol(statement, 'default', 'default');
  if (ts.isFunctionDeclaration(statement)) return isImplementation(statement) ? [] : functionSymbol(statement, nameOf(statement));
  if (ts.isClassDeclaration(statement)) {
    const isAbstract = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) === true;
    const name = nameOf(statement);
    return symbol(statement, name, `${isAbstract ? 'abstract ' : ''}class ${name}${typeParameters(statement)}${heritage(statement)}`);
  }
  if (ts.isInterfaceDeclaration(statement)) {
    const name = statement.name.text;
    return symbol(statement, name, `interface ${name}${typeParameters(statement)}${heritage(statement)}`);
  }
  if (ts.isTypeAliasDeclaration(statement)) {
    const name = `type ${statement.name.text}${typeParameters(statement)}`;
    return symbol(statement, statement.name.text, bounded(`${name} = ${textOf(statement.type)}`, name));
  }
  if (ts.isEnumDeclaration(statement)) {
    const name = `enum ${statement.name.text}`;
    const members = statement.members.map((member) => textOf(member.name)).join(', ');
    return symbol(statement, statement.name.text, bounded(`${name} { ${members} }`, name));
  }
  return ts.isModuleDeclaration(statement) ? symbol(statement, statement.name.text, `namespace ${statement.name.text}`) : [];
}

function nameOf(declaration: ts.FunctionDeclaration | ts.ClassDeclaration): string {
  const isDefault = declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;
  return isDefault ? 'default' : (declaration.name?.text ?? 'default');
}

/** The body behind overloads, which nobody can call as it is written. */
function isImplementation(declaration: ts.FunctionDeclaration): boolean {
  const { parent, name, body } = declaration;
  if (body === undefined || !ts.isSourceFile(parent)) return false;
  return parent.statements.some(
    (other) => ts.isFunctionDeclaration(other) && other !== declaration && other.body === undefined && other.name?.text === name?.text,
  );
}

function variableSymbols(declaration: ts.VariableDeclaration): readonly ModuleSymbol[] {
  if (!ts.isIdentifier(declaration.name)) return [];
  const { name, type, initializer } = declaration;
  if (type === undefined && initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)))
    return functionSymbol(initializer, name.text, declaration);
  const word = (declaration.parent.flags & ts.NodeFlags.Const) === 0 ? 'let' : 'const';
  const plain = `${word} ${name.text}`;
  if (type !== undefined) return symbol(declaration, name.text, bounded(`${plain}: ${textOf(type)}`, plain));
  const isValue =
    initializer !== undefined && (ts.isLiteralExpression(initializer) || /^(-?\d|true$|false$|null$)/.test(textOf(initializer)));
  return symbol(declaration, name.text, isValue && word === 'const' ? bounded(`${plain} = ${textOf(initializer)}`, plain) : plain);
}

function functionSymbol(
  declaration: ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression,
  name: string,
  documented: ts.Node = declaration,
): readonly ModuleSymbol[] {
  const parameters = declaration.parameters.map(parameterText).join(', ');
  const type = declaration.type ?? ts.getJSDocReturnType(declaration);
  const start = `function ${name}${typeParameters(declaration)}`;
  const full = `${start}(${parameters})${type === undefined ? '' : `: ${textOf(type)}`}`;
  return symbol(documented, name, bounded(full, `${start}(…)`));
}

/** A parameter without its default, which makes it optional. */
function parameterText(parameter: ts.ParameterDeclaration): string {
  const type = parameter.type ?? ts.getJSDocType(parameter);
  const dots = parameter.dotDotDotToken === undefined ? '' : '...';
  const name = `${dots}${textOf(parameter.name)}`;
  if (type === undefined) return parameter.initializer === undefined ? name : `${name} = ${textOf(parameter.initializer)}`;
  const isBracketed = ts.getJSDocParameterTags(parameter).some((tag) => tag.isBracketed);
  const isOptional =
    isBracketed || parameter.questionToken !== undefined || parameter.initializer !== undefined || ts.isJSDocOptionalType(type);
  return `${name}${isOptional ? '?' : ''}: ${textOf(ts.isJSDocOptionalType(type) ? type.type : type)}`;
}

function typeParameters({
  typeParameters: all,
}: {
  readonly typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> | undefined;
}): string {
  return all === undefined ? '' : `<${all.map(textOf).join(', ')}>`;
}

function heritage({ heritageClauses = [] }: { readonly heritageClauses?: readonly ts.HeritageClause[] | undefined }): string {
  return heritageClauses.map((clause) => ` ${textOf(clause)}`).join('');
}

function textOf(node: ts.Node): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replace(/\s+/g, ' ').trim();
}

function bounded(full: string, short: string): string {
  return full.length > MOST_CHARACTERS ? short : full;
}

function symbol(documented: ts.Node, name: string, signature: string): readonly ModuleSymbol[] {
  const tags = ts.getJSDocTags(documented).map(({ tagName }) => tagName.text);
  if (tags.includes('internal')) return [];
  const comments = ts.getJSDocCommentsAndTags(documented).filter(ts.isJSDoc);
  const sentence = firstSentence(ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '');
  const summary = [sentence, tags.includes('deprecated') ? 'Deprecated.' : ''].filter(Boolean).join(' ');
  return [{ name, signature, summary }];
}

const SHORT_WORD = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx)|\b[A-Z])\.$/;

/** The first sentence of a doc comment as Markdown that can stand in a line of another file. */
function firstSentence(comment: string): string {
  const paragraph = comment.trim().split(/\n\s*\n/)[0] ?? '';
  const line = paragraph
    .replace(
      /\{@link(?:code|plain)?\s+([^}|\s]+)(?:[\s|]+([^}]*))?\}/g,
      (_, target: string, text?: string) => text?.trim() || `\`${target}\``,
    )
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  let end = line.length;
  for (const stop of line.matchAll(/[.!?](?=\s)/g)) {
    if (SHORT_WORD.test(line.slice(0, stop.index + 1))) continue;
    end = stop.index + 1;
    break;
  }
  const sentence = line.slice(0, end);
  // Outside of code, an angle bracket would begin HTML.
  const parts = sentence.split('`');
  if (parts.length % 2 === 0) return sentence.replace(/`/g, "'").replace(/</g, '&lt;');
  return parts.map((part, at) => (at % 2 === 0 ? part.replace(/</g, '&lt;') : part)).join('`');
}
