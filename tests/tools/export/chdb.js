// Runs statements in ClickHouse itself, in this process (npm: chdb).
//
//   chdb.js DIRECTORY STATEMENTS [FORMAT]
//
// STATEMENTS are separated by a semicolon at the end of a line; what they select is printed.
'use strict';
const fs = require('fs');
let Session;
try {
    ({ Session } = require('chdb'));
} catch (error) {
    console.log(`skipped: no chdb (npm install chdb, and NODE_PATH): ${error.message.split('\n')[0]}`);
    process.exit(77);
}
const [directory, statements, format] = process.argv.slice(2);
const session = new Session(directory);
const text = fs.readFileSync(statements, 'utf8').replace(/^--.*\n/gm, '');
try {
    for (const statement of text.split(/;\s*\n/)) {
        if (statement.trim()) {
            process.stdout.write(session.query(statement, format || 'TSV') || '');
        }
    }
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
