"""Which commands change something. A table per language; what it does not know counts as reading."""

from __future__ import annotations

import re

_START = r"(?:^|[;&|(]\s*|\b(?:sudo|then|do|else)\s+|[A-Z]\w*=\S*\s+)"

_SHELL = (
    r"PGOPTIONS=''",
    r"\bcurl\b.*\s(?:-X|--request)[ =]?(?:POST|PUT|PATCH|DELETE)\b",
    r"\bgh\s+api\b.*\s(?:-X|--method)[ =]?(?:POST|PUT|PATCH|DELETE)\b",
    r"\bgh\s+(?:secret\s+set|variable\s+set|workflow\s+(?:run|enable|disable)|run\s+(?:rerun|cancel|delete))\b",
    r"\bgh\s+(?:pr\s+(?:merge|close|create)|release\s+(?:create|delete)|issue\s+(?:create|close))\b",
    r"\bkubectl\b.*\s(?:apply|create|delete|drain|cordon|uncordon|edit|patch|replace|scale|set|taint|label)\s",
    r"\bkubectl\b.*\brollout\s+(?:undo|restart|pause|resume)\b",
    r"\bhelm\s+(?:install|upgrade|rollback|uninstall)\b",
    r"\bfly(?:ctl)?\s+(?:deploy|scale\s+(?:count|vm|memory)|apps?\s+(?:restart|destroy)|mpg\s+restore)\b",
    r"\bfly(?:ctl)?\s+(?:machines?\s+(?:start|stop|restart|destroy|update|clone|run)|secrets\s+(?:set|unset|deploy))\b",
    r"\bheroku\s+(?:ps:(?:restart|scale|stop|kill)|rollback|config:(?:set|unset)|maintenance:(?:on|off))\b",
    r"\bheroku\s+pg:(?:kill|killall|reset|promote|upgrade|credentials:rotate|backups:(?:restore|capture|delete))\b",
    r"\brender\s+(?:restart|deploys\s+(?:create|cancel))\b",
    r"\bvercel\s+(?:rollback|promote)\b(?!\s+status)",
    r"\bvercel\s+(?:redeploy|deploy|env\s+(?:add|rm|update)|project\s+(?:pause|resume|rm)|remove|alias)\b",
    r"\baws\s+(?!logs\s+start-query|s3\b)\S+\s+(?:create|delete|update|put|modify|register|deregister|set|purge)-\S+",
    r"\baws\s+(?!logs\s+start-query|s3\b)\S+\s+(?:stop|start|terminate|reboot|restore|attach|detach|run)-\S+",
    r"\baws\s+s3\s+(?:rm|mv|rb|mb|sync)\b",
    r"\b(?:systemctl|docker|docker\s+compose|podman)\s+(?:restart|stop|start|kill|rm|reload|up|down)\b",
    _START + r"(?:rm|mv|kill|pkill|killall|dropdb|createdb|shred|truncate|reboot|shutdown|service)\s",
    r"\bmainstay\s+(?:backup\s+(?:take|restore|prune)|update|adopt|init)\b",
    r"\bgit\s+(?:push|reset|revert|commit|merge|rebase|clean|tag|stash)\b",
    r"\bredis-cli\b.*\b(?:FLUSHALL|FLUSHDB|DEL|SET|SHUTDOWN)\b",
    r"\bterraform\s+(?:apply|destroy)\b",
)
_SQL = (
    r"^\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|ALTER|DROP|CREATE|TRUNCATE|RENAME|GRANT|REVOKE|VACUUM|REINDEX)\b",
    r"^\s*(?:ANALYZE|OPTIMIZE|REPAIR|KILL|FLUSH|PURGE|SET\s+(?:GLOBAL|PERSIST)|LOCK|CALL)\b",
    r"\bpg_(?:cancel_backend|terminate_backend|drop_replication_slot|switch_wal|promote|reload_conf)\b",
    r"\bPRAGMA\s+(?:wal_checkpoint|journal_mode\s*=|incremental_vacuum|optimize|writable_schema)",
)
_JAVASCRIPT = (
    r"\.(?:insert|update|delete|replace|remove|drop|create|rename|bulkWrite|findOneAnd|set)\w*\(",
    r"\.(?:killOp|shutdownServer|fsyncLock|fsyncUnlock|stepDown|reconfig)\(",
    r"\b(?:killSessions|killAllSessions|compact|collMod|setParameter|shutdown)\s*:",
)
_TABLES = {
    "sql": re.compile("|".join(_SQL), re.IGNORECASE),
    "javascript": re.compile("|".join(_JAVASCRIPT)),
}
_IN_A_SHELL = re.compile("|".join(_SHELL))
_COMMENTS = {"sql": re.compile(r"--.*"), "javascript": re.compile(r"//.*")}
_SHELL_COMMENT = re.compile(r"(?:^|\s)#.*")


def change_in(line: str, language: str) -> str:
    """Return the words of a line that change something; empty when it only reads."""
    code = _COMMENTS.get(language, _SHELL_COMMENT).sub("", line)
    match = _TABLES.get(language, _IN_A_SHELL).search(code)
    return match[0].strip(" ;&|(") if match else ""
