import { join } from 'node:path';
import { makePrivateFile } from '@ordercast/platform/make-private-file.ts';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';

/** Headers that S3 gives back as it got them, in small letters. */
export type KeptHeaders = Readonly<Record<string, string>>;

/** A file of the store's folder that holds a whole body or one part of it. */
export interface Piece {
  file: string;
  sizeBytes: number;
  /** Hexadecimal. */
  md5: string;
}

export interface Part extends Piece {
  number: number;
  /** Epoch ms. */
  modifiedAt: number;
}

export interface ObjectEntry {
  key: string;
  sizeBytes: number;
  etag: string;
  /** Epoch ms. */
  modifiedAt: number;
}

export interface StoredObject extends ObjectEntry {
  headers: KeptHeaders;
  /** In the order of their bytes. */
  pieces: readonly Piece[];
}

export interface Upload {
  uploadId: string;
  bucket: string;
  key: string;
  /** Epoch ms. */
  initiatedAt: number;
  headers: KeptHeaders;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS object (
    id INTEGER PRIMARY KEY, bucket TEXT NOT NULL REFERENCES bucket, key TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    etag TEXT NOT NULL, modifiedAt INTEGER NOT NULL, headers TEXT NOT NULL, UNIQUE (bucket, key)) STRICT;
  CREATE TABLE IF NOT EXISTS upload (
    uploadId TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES bucket, key TEXT NOT NULL,
    initiatedAt INTEGER NOT NULL, headers TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS upload_by_key ON upload (bucket, key, uploadId);
  CREATE TABLE IF NOT EXISTS piece (
    file TEXT PRIMARY KEY, object INTEGER REFERENCES object, upload TEXT REFERENCES upload, number INTEGER NOT NULL,
    sizeBytes INTEGER NOT NULL, md5 TEXT NOT NULL, modifiedAt INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS piece_by_object ON piece (object, number);
  CREATE UNIQUE INDEX IF NOT EXISTS piece_by_upload ON piece (upload, number);
`;

const headersSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.record(z.string(), z.string()));
const entrySchema = z.object({
  key: z.string(),
  sizeBytes: z.int(),
  etag: z.string(),
  modifiedAt: z.int(),
});
const objectSchema = entrySchema.extend({ id: z.int(), headers: headersSchema });
const pieceSchema = z.object({ file: z.string(), sizeBytes: z.int(), md5: z.string() });
const partSchema = pieceSchema.extend({ number: z.int(), modifiedAt: z.int() });
const uploadSchema = z.object({
  uploadId: z.string(),
  bucket: z.string(),
  key: z.string(),
  initiatedAt: z.int(),
  headers: headersSchema,
});
const fileSchema = z.object({ file: z.string() });

/**
 * What a bucket holds, in one SQLite file beside the bytes: what is answered for is committed, and a process that is killed leaves the last
 * commit. Keys are rows, never paths, and sort by their bytes as S3's do. Whatever takes files out of it returns their names: the
 * caller removes them afterwards, so that at any moment each row's file is there.
 */
export class ObjectIndex {
  readonly #db: Sqlite.Database;

  constructor(folder: string) {
    const file = join(folder, 'index.db');
    makePrivateFile(file);
    this.#db = new Sqlite(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(SCHEMA);
  }

  createBucket(name: string): void {
    this.#run('INSERT INTO bucket (name) VALUES (?) ON CONFLICT DO NOTHING', name);
  }

  hasBucket(name: string): boolean {
    return this.#all('SELECT name FROM bucket WHERE name = ?', name).length > 0;
  }

  object(bucket: string, key: string): StoredObject | undefined {
    const [row] = this.#all('SELECT * FROM object WHERE bucket = ? AND key = ?', bucket, key);
    if (row === undefined) return undefined;
    const { id, ...object } = objectSchema.parse(row);
    const pieces = this.#all('SELECT * FROM piece WHERE object = ? ORDER BY number', id);
    return { ...object, pieces: pieces.map((piece) => pieceSchema.parse(piece)) };
  }

  /** In the order of keys, of those with the prefix at most `limit` that come after a key. */
  objects(bucket: string, prefix: string, after: string, limit: number): ObjectEntry[] {
    const rows = this.#all(
      `SELECT key, sizeBytes, etag, modifiedAt FROM object
       WHERE bucket = ? AND key >= ? AND substr(key, 1, length(?)) = ? AND key > ? ORDER BY key LIMIT ?`,
      ...[bucket, prefix, prefix, prefix, after, limit],
    );
    return rows.map((row) => entrySchema.parse(row));
  }

  /** Returns the files of the object that was there before. */
  putObject(bucket: string, object: StoredObject): string[] {
    return this.#transaction(() => {
      const replaced = this.deleteObject(bucket, object.key);
      const id = this.#insertObject(bucket, object);
      object.pieces.forEach(({ file, sizeBytes, md5 }, index) =>
        this.#run(
          'INSERT INTO piece (file, object, number, sizeBytes, md5, modifiedAt) VALUES (?, ?, ?, ?, ?, ?)',
          ...[file, id, index + 1, sizeBytes, md5, object.modifiedAt],
        ),
      );
      return replaced;
    });
  }

  /** Returns its files; none where there is no such object. */
  deleteObject(bucket: string, key: string): string[] {
    return this.#transaction(() => {
      const [row] = this.#all('SELECT * FROM object WHERE bucket = ? AND key = ?', bucket, key);
      if (row === undefined) return [];
      const { id } = objectSchema.parse(row);
      const files = this.#files('DELETE FROM piece WHERE object = ? RETURNING file', id);
      this.#run('DELETE FROM object WHERE id = ?', id);
      return files;
    });
  }

  startUpload({ uploadId, bucket, key, initiatedAt, headers }: Upload): void {
    this.#run(
      'INSERT INTO upload (uploadId, bucket, key, initiatedAt, headers) VALUES (?, ?, ?, ?, ?)',
      ...[uploadId, bucket, key, initiatedAt, JSON.stringify(headers)],
    );
  }

  upload(bucket: string, key: string, uploadId: string): Upload | undefined {
    const [row] = this.#all(
      'SELECT * FROM upload WHERE uploadId = ? AND bucket = ? AND key = ?',
      ...[uploadId, bucket, key],
    );
    return row === undefined ? undefined : uploadSchema.parse(row);
  }

  /** By key, then by age; at most `limit` after that key, or after that upload of it. */
  uploads(bucket: string, { prefix, keyMarker, uploadIdMarker, limit }: UploadsAfter): Upload[] {
    const rows = this.#all(
      `SELECT * FROM upload WHERE bucket = ? AND substr(key, 1, length(?)) = ?
       AND (key > ? OR (key = ? AND ? <> '' AND uploadId > ?)) ORDER BY key, uploadId LIMIT ?`,
      ...[bucket, prefix, prefix, keyMarker, keyMarker, uploadIdMarker, uploadIdMarker, limit],
    );
    return rows.map((row) => uploadSchema.parse(row));
  }

  /** Returns the files of the part that had this number before. */
  putPart(uploadId: string, { file, number, sizeBytes, md5, modifiedAt }: Part): string[] {
    return this.#transaction(() => {
      const replaced = this.#files(
        'DELETE FROM piece WHERE upload = ? AND number = ? RETURNING file',
        ...[uploadId, number],
      );
      this.#run(
        'INSERT INTO piece (file, upload, number, sizeBytes, md5, modifiedAt) VALUES (?, ?, ?, ?, ?, ?)',
        ...[file, uploadId, number, sizeBytes, md5, modifiedAt],
      );
      return replaced;
    });
  }

  parts(uploadId: string): Part[] {
    const rows = this.#all('SELECT * FROM piece WHERE upload = ? ORDER BY number', uploadId);
    return rows.map((row) => partSchema.parse(row));
  }

  /** Makes the named parts an object; returns the files of other parts and of the object that was there before. */
  completeUpload(upload: Upload, object: StoredObject): string[] {
    const { bucket, key, uploadId } = upload;
    return this.#transaction(() => {
      const replaced = this.deleteObject(bucket, key);
      const id = this.#insertObject(bucket, object);
      for (const { file } of object.pieces) {
        this.#run('UPDATE piece SET object = ?, upload = NULL WHERE file = ?', id, file);
      }
      return [...replaced, ...this.abortUpload(uploadId)];
    });
  }

  /** Returns the files of its parts. */
  abortUpload(uploadId: string): string[] {
    return this.#transaction(() => {
      const files = this.#files('DELETE FROM piece WHERE upload = ? RETURNING file', uploadId);
      this.#run('DELETE FROM upload WHERE uploadId = ?', uploadId);
      return files;
    });
  }

  /** Of all objects and parts. */
  files(): ReadonlySet<string> {
    return new Set(this.#files('SELECT file FROM piece'));
  }

  close(): void {
    this.#db.close();
  }

  #insertObject(bucket: string, object: StoredObject): number | bigint {
    const { key, sizeBytes, etag, modifiedAt, headers } = object;
    return this.#run(
      'INSERT INTO object (bucket, key, sizeBytes, etag, modifiedAt, headers) VALUES (?, ?, ?, ?, ?, ?)',
      ...[bucket, key, sizeBytes, etag, modifiedAt, JSON.stringify(headers)],
    ).lastInsertRowid;
  }

  #transaction<Result>(work: () => Result): Result {
    return this.#db.inTransaction ? work() : this.#db.transaction(work).immediate();
  }

  #run(sql: string, ...values: SqlValue[]): Sqlite.RunResult {
    return this.#db.prepare(sql).run(...values);
  }

  #all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.#db.prepare(sql).all(...values);
  }

  #files(sql: string, ...values: SqlValue[]): string[] {
    return this.#all(sql, ...values).map((row) => fileSchema.parse(row).file);
  }
}

type SqlValue = string | number | bigint;

interface UploadsAfter {
  prefix: string;
  keyMarker: string;
  uploadIdMarker: string;
  limit: number;
}
